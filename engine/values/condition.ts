import { KplayError } from '../errors.ts'
import { Template } from '../value.ts'
import type { Raw, Variable } from '../value.ts'
import { computeTemplate } from './compute.ts'
import { truthy } from './equality.ts'
import { defined, isList, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import type { Scope } from './scope.ts'
import { writtenVariable } from './written-variable.ts'

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
  // Text that is no expression itself may be meant as one, so that nobody knows whether it holds.
  if (typeof value === 'string' && !(raw instanceof Template && !/^\s*\{\{.*\}\}\s*$/s.test(raw.source)))
    throw new KplayError('EVALUATION', 'a condition came out as text, which is an untrusted template or expression', {
      place,
      hint: `text is data and is not evaluated: ${advice}`,
    })
  if (scope.ports.setting?.('ALLOW_BROKEN_CONDITIONALS') === false)
    throw new KplayError('EVALUATION', `a condition must be true or false; this one is a ${typeName(value)}`, {
      place,
      hint: advice,
    })
  scope.ports.warn?.(
    `a condition should be true or false; this one is a ${typeName(value)} and counts as ${truth}: ${advice}`,
    place,
  )
  return truth
}

const expression = (source: string, place: Variable['place']): Template =>
  new Template(source, place, { expression: true })

/** `when: "{{ name }}"`, where the variable is a condition as text: Ansible evaluates that text in turn. */
function namedExpression(template: Template, scope: Scope): Template | undefined {
  const { value, place } = writtenVariable(template, scope) ?? {}
  return typeof value === 'string' ? expression(value, place) : undefined
}

/** `that: "{{ name }}"`, where the variable is a list of conditions. */
export function namedConditions(raw: Raw, scope: Scope): Raw {
  const { value, place } = writtenVariable(raw, scope) ?? {}
  if (!Array.isArray(value)) return raw
  return (value as readonly Raw[]).map((each) => (typeof each === 'string' ? expression(each, place) : each))
}

export { explainCondition } from './explain.ts'
