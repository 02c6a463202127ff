import { describe, expect, it } from 'vitest'
import type { FactCache } from '../../../engine/run/known-facts.ts'
import { play } from '../../support/run-harness.ts'
import { LEVELS, projectOf, type LevelNumber, type Project } from './levels.ts'

/** The lines that the project's one task prints. */
async function printed(
  { files, extraVars, facts, names }: Project,
  user?: string,
): Promise<Readonly<Record<string, string>>> {
  const cache: FactCache = {
    read: () => new Map(Object.entries(facts)),
    write: () => undefined,
    forget: () => undefined,
  }
  const { 'site.yml': playbook = '', ...others } = files
  const { results, lines } = await play({
    playbook,
    files: Object.fromEntries(Object.entries(others).map(([path, text]) => [`/project/${path}`, text])),
    request: { inventory: ['/project/inventory/hosts.yml'], extraVars: [extraVars] },
    factCache: cache,
    options: { connection: { user, timeout: 10, acceptNewHostKeys: false, knownHosts: [], become: false } },
  })
  const message = results.at(-1)?.message ?? lines.join('\n')
  expect(lines.at(-1), message).toBe('ok h1 see')
  return Object.fromEntries(names.map((name) => [name, new RegExp(`^${name}=(.*)$`, 'm').exec(message)?.[1] ?? '']))
}

const PAIRS = LEVELS.flatMap((low) =>
  LEVELS.filter(({ number }) => number > low.number).map((high) => [low, high] as const),
)

describe('a variable at two levels has the value of the higher one', () => {
  it.each(PAIRS.map(([low, high]) => [high.name, low.name, low.number, high.number] as const))(
    '%s over %s',
    async (_, __, low, high) => {
      const at = new Map<LevelNumber, Record<string, string>>(
        [low, high].map((level) => [level, { x: `level ${level}` }]),
      )
      expect(await printed(projectOf(at))).toEqual({ x: `level ${high}` })
    },
  )
})

it('at all levels at once: each level is seen where nobody above it says anything', async () => {
  const at = new Map<LevelNumber, Record<string, string>>()
  for (const { number } of LEVELS) {
    const up = LEVELS.filter((level) => level.number >= number)
    at.set(number, Object.fromEntries(up.map((top) => [`up_to_${top.number}`, `level ${number}`])))
  }
  const want = Object.fromEntries(LEVELS.map(({ number }) => [`up_to_${number}`, `level ${number}`]))
  expect(await printed(projectOf(at))).toEqual(want)
})

describe('-u, level 1, loses to ansible_user', () => {
  it.each(LEVELS.map(({ name, number }) => [name, number] as const))('of the %s', async (_, number) => {
    const at = new Map<LevelNumber, Record<string, string>>([[number, { ansible_user: `level ${number}` }]])
    // A fact may not say how its host is reached.
    const want = number === 11 ? 'level 1' : `level ${number}`
    expect(await printed(projectOf(at), 'level 1')).toEqual({ ansible_user: want })
  })
})
