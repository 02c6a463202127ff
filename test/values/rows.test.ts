import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { valueFiles } from '../../engine/controller/value-files.ts'
import { KplayError } from '../../engine/errors.ts'
import { Template } from '../../engine/value.ts'
import type { Value } from '../../engine/value.ts'
import { condition } from '../../engine/values/condition.ts'
import { typeName } from '../../engine/values/operand.ts'
import { repr } from '../../engine/values/print.ts'
import { Scope } from '../../engine/values/scope.ts'
import type { Magic } from '../../engine/values/scope.ts'
import { answers, settled } from '../../engine/values/suspend.ts'
import { evaluate, renderText } from '../../engine/values/template.ts'
import { expression, readRows, tableVariables } from './scope-of.ts'

/** The tables stand in their folder: a new one is found by itself. */
const TABLES = readdirSync(new URL('rows', import.meta.url))
  .filter((name) => name.endsWith('.txt'))
  .map((name) => name.replace('.txt', ''))

const folder = fileURLToPath(new URL('rows/files', import.meta.url))
const standing = { file: `${folder}/tasks.yml`, playbook: `${folder}/play.yml`, role: undefined }
const files = valueFiles(standing, { HOME: '/root', KPLAY_ROW: 'from the environment' })
/** What the tables run and ask for. */
const SETTINGS: Readonly<Record<string, Value>> = {
  DEFAULT_FORKS: 5,
  DEFAULT_TIMEOUT: 10,
  DEFAULT_BECOME_METHOD: 'sudo',
}
const magic: Magic = {
  files,
  ask: answers(async (kind, subject) => {
    try {
      return execFileSync('/bin/sh', ['-c', subject], { encoding: 'utf8' })
    } catch (cause) {
      throw new KplayError('COMMAND_FAILED', `${kind} failed`, { cause })
    }
  }),
  hosts: (patterns) => (patterns.includes('all') ? ['web1', 'web2', 'db1'] : []),
  setting: (name) => SETTINGS[name],
}

/** What kplay makes of a row. */
async function answer(table: string, source: string, scope: Scope): Promise<string> {
  const text = source.replaceAll('⏎', '\n')
  if (table.startsWith('templates')) return outcome(() => renderText(text, scope, { file: 'row.j2' }))
  if (source.startsWith('?')) return outcome(() => condition(expression(text.slice(1)), scope))
  return outcome(() => evaluate(new Template(text), scope))
}

/** The kinds of errors that the tables tell apart. */
const KINDS: Readonly<Partial<Record<KplayError['code'], string>>> = { UNDEFINED: 'undefined', BAD_TEMPLATE: 'syntax' }

/** What the tables say: the type and Python's print of the value, or what kind of error there is. */
async function outcome(compute: () => ReturnType<typeof evaluate>): Promise<string> {
  try {
    const value = await settled(compute)
    return `${typeName(value)}:${repr(value)}`
  } catch (error) {
    if (!(error instanceof KplayError)) throw error
    return `error:${KINDS[error.code] ?? 'failed'}`
  }
}

describe.each(TABLES.filter((table) => !['differs', 'yaml', 'from-yaml'].includes(table)))('%s', (table) => {
  const scope = new Scope([{ name: 'table', vars: tableVariables(table) }], magic)
  it.each(readRows(`${table}.txt`))('%s', async (source, want) => {
    expect(await answer(table, source, scope)).toBe(want)
  })
})

describe('where kplay differs on purpose', () => {
  const scope = new Scope([{ name: 'table', vars: tableVariables('differs') }], magic)
  it.each(readRows('differs.txt'))('%s', async (source, want, theirs) => {
    expect(await answer('differs', source, scope)).toBe(want)
    expect(theirs).not.toBe(`2.21: ${want}`)
  })
})
