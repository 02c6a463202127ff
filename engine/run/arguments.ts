import { KplayError, Problems } from '../errors.ts'
import type { ArgumentOption, ArgumentSpec, Playbook, Role } from '../model.ts'
import { Written } from '../schema/coerce.ts'
import { didYouMean, parseArgs } from '../schema/parse.ts'
import { text as printValue } from '../values/print.ts'
import { evaluate } from '../values/template.ts'
import type { Scope } from '../values/scope.ts'
import { names as namesIn } from '../values/used-names.ts'
import { Template, type Value } from '../value.ts'
import { brokenRules, brokenWithin } from './argument-rules.ts'
import { fieldOf } from './argument-field.ts'
import { misfit } from './misfit.ts'

/** Roles of a playbook with what surrounds each, for the check before any host is contacted. */
export type RoleScopes = (playbook: Playbook) => Iterable<{ role: Role; host: string; scope: Scope }>

/**
 * Compares a role's variables with its meta/argument_specs.yml. A value that needs facts is left for later, unless
 * `facts` says that they are there.
 */
export function checkRoleArguments(role: Role, scope: Scope, { facts = true }: { facts?: boolean } = {}): void {
  const spec = role.argumentSpec
  if (!spec) return
  const problems = new Problems()
  for (const [name, { place }] of [...role.params, ...role.keywords.vars]) {
    if (spec.options.has(name) || didYouMean(name, spec.options.keys()) === undefined) continue
    problems.add('BAD_ARGS', `role ${role.name} has no variable ${name}`, {
      place: place ?? role.place,
      hint: didYouMean(name, spec.options.keys()),
    })
  }
  const wrong = new Map<string, unknown>()
  for (const [name, option] of spec.options) {
    try {
      checkOption(role, name, option, scope)
    } catch (error) {
      if (!facts && error instanceof KplayError && (error.code === 'UNDEFINED' || error.code === 'EVALUATION')) continue
      wrong.set(name, error)
    }
  }
  // What rests on a wrong one is told with that.
  for (const [name, error] of wrong) {
    const value = scope.lookup(name)?.value
    const rests = value instanceof Template && [...namesIn(value)].some((other) => other !== name && wrong.has(other))
    if (!rests) problems.keep(error)
  }
  problems.collect(() => checkRules(role, spec, scope))
  problems.throwIfAny()
}

/** What arguments must be together. */
function checkRules(role: Role, { rules, options }: ArgumentSpec, scope: Scope): void {
  const valueOf = (name: string): Value | undefined => {
    const found = scope.lookup(name)
    return found && evaluate(found.value, scope)
  }
  const inside = [...options].flatMap(([name, option]) => {
    const value = option.options && valueOf(name)
    return value === undefined ? [] : [...brokenWithin(name, option, value)]
  })
  const [broken] = [...brokenRules(rules, valueOf), ...inside]
  if (broken !== undefined) throw new KplayError('BAD_ARGS', `role ${role.name}: ${broken}`, { place: role.place })
}

function checkOption(role: Role, name: string, option: ArgumentOption, scope: Scope): void {
  const found = scope.lookup(name)
  const place = found?.place ?? role.place
  if (found === undefined) {
    if (option.required) {
      throw new KplayError(
        'BAD_ARGS',
        `role ${role.name} needs the variable ${name}${option.description ? `: ${option.description}` : ''}`,
        { place: role.place },
      )
    }
    return
  }
  const value = evaluate(found.value, scope)
  if (value === null) {
    const mayLack = !option.required && (option.default ?? null) === null
    if (!mayLack && misfit(value, option.type) !== undefined)
      throw new KplayError('BAD_ARGS', `role ${role.name}: ${name} is null, and must be of type ${option.type}`, {
        place,
      })
    return
  }
  const parsed = parseArgs({ [name]: fieldOf(option) }, { [name]: new Written(value) })
  if (!parsed.ok) {
    const [issue] = parsed.issues
    throw new KplayError('BAD_ARGS', `role ${role.name}: ${issue?.path.join('.') ?? name} ${issue?.message ?? ''}`, {
      place,
      hint: issue?.hint,
    })
  }
  const choices = option.choices?.map(printValue)
  for (const item of Array.isArray(value) ? value : [value]) {
    if (choices && !choices.includes(printValue(item as typeof value))) {
      throw new KplayError(
        'BAD_ARGS',
        `role ${role.name}: ${name} must be one of ${choices.join(', ')}, not ${printValue(item as typeof value)}`,
        { place },
      )
    }
  }
}
