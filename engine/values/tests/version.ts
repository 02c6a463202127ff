import type { Call } from '../call.ts'
import { failure } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { own } from '../own.ts'
import { text } from '../print.ts'
import { compareVersions } from '../version.ts'
import type { VersionType } from '../version.ts'

const OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '=': (order) => order === 0,
  eq: (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  ne: (order) => order !== 0,
  '<': (order) => order < 0,
  lt: (order) => order < 0,
  '<=': (order) => order <= 0,
  le: (order) => order <= 0,
  '>': (order) => order > 0,
  gt: (order) => order > 0,
  '>=': (order) => order >= 0,
  ge: (order) => order >= 0,
}
const TYPES: readonly string[] = ['loose', 'strict', 'semver', 'semantic', 'pep440']

function version(call: Call): boolean {
  const operator = call.string('operator', 'eq')
  const holds = own(OPERATORS, operator)
  if (!holds) throw failure(`version has no operator ${operator}`, `it has: ${Object.keys(OPERATORS).join(' ')}`)
  const [mine, theirs] = [text(call.input), text(call.need('version'))]
  if (mine === '' || theirs === '')
    throw failure(`the version ${mine === '' ? 'value' : 'to compare against'} cannot be empty`)
  if (call.get('version_type') !== null && call.get('strict') !== null)
    throw failure('version takes strict or version_type, not both')
  const type =
    call.get('version_type') === null ? (call.flag('strict') ? 'strict' : 'loose') : call.string('version_type')
  if (!TYPES.includes(type)) throw failure(`version has no version_type ${type}`, `it has: ${TYPES.join(', ')}`)
  return holds(compareVersions(mine, theirs, type as VersionType))
}

const test = operation('version operator strict version_type', version)

export const versionTests: Operations<boolean> = { version: test, version_compare: test }
