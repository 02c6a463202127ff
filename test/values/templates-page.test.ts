import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { filters } from '../../engine/values/filters/registry.ts'
import { lookups } from '../../engine/values/lookups/registry.ts'
import { tests } from '../../engine/values/tests/registry.ts'
import { readRows } from './scope-of.ts'

const page = new URL('../../docs/templates.md', import.meta.url)
const folder = new URL('rows/', import.meta.url)
/** Tables of YAML have a test of their own. */
const APART = ['differs.txt', 'yaml.txt', 'from-yaml.txt']

function counts(): string {
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt') && !APART.includes(name))
  const rows = names.map((name): [string, number] => [name, readRows(name).length])
  const total = rows.reduce((sum, [, count]) => sum + count, 0)
  const old = names.flatMap((name) => readRows(name)).filter(([, , note]) => note.startsWith('2.14')).length
  const list = rows.map(([name, count]) => `| ${name} | ${count} |`).join('\n')
  return `| table | rows |\n|---|---|\n${list}\n| together | ${total} |\n\n${old} of them give something else under 2.14.`
}

const listed = (title: string, table: object): string =>
  `**${title}:** ${Object.keys(table)
    .sort()
    .map((name) => `\`${name}\``)
    .join(' ')}`

const names = (): string =>
  [listed('Filters', filters), listed('Tests', tests), listed('Lookups', lookups)].join('\n\n')

/** Rows of one reason stand together; of many, three are enough to see what is meant. */
function differences(): string {
  const reasons = new Map<string, string[]>()
  for (const line of readFileSync(new URL('differs.txt', folder), 'utf8').split('\n')) {
    const [row = '', why] = line.split('  # ')
    if (why === undefined || line.startsWith('# ')) continue
    const [source = '', answers = ''] = row.split('  =>  ')
    const [ours = '', theirs = ''] = answers.split('  ‖  2.21: ')
    const known = reasons.get(why) ?? []
    reasons.set(why, [...known, `| ${cell(source)} | ${cell(ours)} | ${cell(theirs)} |`])
  }
  return [...reasons]
    .map(([why, rows]) => `${why}\n\n| written | kplay | Ansible |\n|---|---|---|\n${rows.slice(0, 3).join('\n')}`)
    .join('\n\n')
}

const LONGEST = 90
const cell = (text: string): string => {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return `\`${short.replace(/^\?/, 'when: ').replaceAll('|', '\\|').replaceAll('`', "'")}\``
}

it('docs/templates.md shows the tables as they are (npm run docs)', () => {
  const sections = { counts, names, differences }
  let wanted = readFileSync(page, 'utf8')
  for (const [name, make] of Object.entries(sections))
    wanted = wanted.replace(
      new RegExp(`(<!-- ${name}:[^\\n]*-->\\n)[\\s\\S]*?(<!-- /${name} -->)`),
      (_, begin: string, end: string) => `${begin}\n${make()}\n\n${end}`,
    )
  if (process.env['UPDATE_DOCS']) writeFileSync(page, wanted)
  expect(readFileSync(page, 'utf8')).toBe(wanted)
})
