import { Template } from '../value.ts'
import type { Raw } from '../value.ts'
import { computeTemplate } from './compute.ts'
import { truthy } from './equality.ts'
import { defined, isList, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import type { Scope } from './scope.ts'

/** Whether `when`, `until`, `changed_when`, `failed_when` or `that` holds. Of a list, all must. */
export function condition(raw: Raw, scope: Scope): boolean {
  if (Array.isArray(raw)) return (raw as readonly Raw[]).every((item) => condition(item, scope))
  return judge(raw, scope)
}

/** The first condition of a list that does not hold; undefined when all do. */
export function firstFalse(raw: Raw, scope: Scope): Raw | undefined {
  if (Array.isArray(raw)) return (raw as readonly Raw[]).find((item) => !condition(item, scope))
  return judge(raw, scope) ? undefined : raw
}

function judge(raw: Raw, scope: Scope): boolean {
  if (typeof raw === 'boolean' || raw === null) return raw === true || raw === null
  if (raw instanceof Template && raw.source.trim() === '') {
    scope.ports.warn?.('an empty condition counts as true: leave it out', raw.place)
    return true
  }
  const named = raw instanceof Template ? namedExpression(raw, scope) : undefined
  if (named) return judge(named, scope)
  const value = raw instanceof Template ? defined(computeTemplate(raw, scope)) : (raw as Operand)
  if (typeof value === 'boolean') return value
  const place = raw instanceof Template ? raw.place : undefined
  if (isList(value) && raw instanceof Template && !raw.expression) return value.every(truthy)
  const truth = truthy(value)
  const advice =
    typeof value === 'string' ? 'compare it with ==, or convert it with | bool' : 'write what is to be compared'
  scope.ports.warn?.(
    `a condition should be true or false; this one is a ${typeName(value)} and counts as ${truth}: ${advice}`,
    place,
  )
  return truth
}

/** Levels of precedence whose plain text somebody we trust wrote down; facts, results and answers are data. */
const WRITTEN = new Set([2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 17, 22])

/** `when: "{{ name }}"`, where the variable is a condition as text: Ansible evaluates that text in turn. */
function namedExpression({ source }: Template, scope: Scope): Template | undefined {
  const name = /^\s*\{\{\s*([A-Za-z_]\w*)\s*\}\}\s*$/.exec(source)?.[1]
  const winner = name === undefined ? undefined : scope.origin(name).at(-1)
  if (winner?.level === undefined || !WRITTEN.has(winner.level)) return undefined
  const { value, place } = winner.variable
  return typeof value === 'string' ? new Template(value, place, { expression: true }) : undefined
}

export { explainCondition } from './explain.ts'
