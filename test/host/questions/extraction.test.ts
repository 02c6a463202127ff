import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeReader } from '../../../engine/host/read.ts'
import { localSession, oldShell, shells } from '../../support/local-session.ts'
import { counting, openFolder, unprivileged } from '../support/other-shells.ts'

const folder = openFolder()
const at = (...names: string[]) => join(folder, ...names)
const head = 'kplay-extract 1\narchive x\noptions \n'
const many = Array.from({ length: 70 }, (_, index) => `f\tgone ${index}\n`).join('')

/** By name, the text and what of it is not there. */
const stamps: Readonly<Record<string, readonly [text: string, damage: readonly string[]]>> = {
  whole: [`${head}f\tfile\ne\tvoid\nd\tsub\nf\t *\\n\\\\ \n`, []],
  'cut off': [`${head}f\tfile\nd\tsu`, ['su']],
  'no end': [`${head}f\tfile`, []],
  'three ends': [`${head}f\tfile\n\n\n`, []],
  empty: ['', []],
  'only ends': ['\n\n', []],
  'a dot': [`${head}f\tfile\n.`, []],
  "-e 'odd' $(id)*\n": [`${head}f\tvoid\nf\t$(id)\nf\té\r%s\\tx\n`, ['void', '$(id)', 'é\r%s\tx']],
  many: [`${head}${many}`, Array.from({ length: 50 }, (_, index) => `gone ${index}`)],
}

beforeAll(() => {
  mkdirSync(at('tree', 'sub'), { recursive: true })
  writeFileSync(at('tree', 'file'), 'x')
  writeFileSync(at('tree', 'void'), '')
  writeFileSync(at('tree', ' *\n\\ '), 'x')
  for (const [name, [text]] of Object.entries(stamps)) writeFileSync(at(name), text)
  mkdirSync(at('closed'))
  chmodSync(at('closed'), 0)
  writeFileSync(at('secret'), stamps.whole?.[0] ?? '')
  chmodSync(at('secret'), 0)
})

describe.each([...shells, oldShell()])('trees and stamps, under $name', (shell) => {
  const reader = makeReader(localSession(shell))

  it('are compared to the byte', async () => {
    const names = [...Object.keys(stamps), 'none']
    const found = await Promise.all(names.map((name) => reader.extraction(at(name), at('tree'))))
    expect(found).toEqual([...Object.values(stamps).map(([stamp, damage]) => ({ stamp, damage })), undefined])
    await expect(reader.extraction(at('tree'), at('tree'))).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
  })
})

describe.each(unprivileged)('trees and stamps, under $name of nobody', (shell) => {
  it('are not compared where they may not be looked at', async () => {
    const reader = makeReader(localSession(shell))
    const denied = { reason: { message: expect.stringMatching(/Permission denied/) as string } }
    const asked = [
      reader.extraction(at('whole'), at('closed')),
      reader.extraction(at('secret'), at('tree')),
      reader.extraction(at('none'), at('closed')),
      reader.extraction(at('no end'), at('tree')),
    ]
    expect(await Promise.allSettled(asked)).toMatchObject([
      denied,
      denied,
      { value: undefined },
      { value: { damage: [] } },
    ])
  })
})

it('reads each stamp once', async () => {
  const { shell, started } = counting('cat')
  const reader = makeReader(localSession(shell))
  await Promise.all(['whole', 'no end', 'none'].map((name) => reader.extraction(at(name), at('tree'))))
  expect(started()).toBe(3)
})
