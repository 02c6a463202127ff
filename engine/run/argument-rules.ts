import type { ArgumentOption, ArgumentRules } from '../model.ts'
import { isDict, type Value } from '../value.ts'
import { equal } from '../values/equality.ts'
import { text as printValue } from '../values/print.ts'

/** What breaks the rules among some arguments, in words. @param get an argument's value; undefined: not given */
export function* brokenRules(rules: ArgumentRules, get: (name: string) => Value | undefined): Generator<string> {
  const given = (name: string): boolean => {
    const value = get(name)
    return value !== undefined && value !== null && value !== ''
  }
  for (const names of rules.requiredOneOf) if (!names.some(given)) yield `one of ${names.join(', ')} is needed`
  for (const names of rules.mutuallyExclusive) {
    const those = names.filter(given)
    if (those.length > 1) yield `${those.join(' and ')} exclude each other`
  }
  for (const names of rules.requiredTogether) {
    const missing = names.filter((name) => !given(name))
    if (missing.length > 0 && missing.length < names.length)
      yield `${names.join(', ')} are needed together: ${missing.join(', ')} is missing`
  }
  for (const { name, value, needs, any } of rules.requiredIf) {
    const found = get(name)
    if (found === undefined || !equal(found, value)) continue
    const missing = needs.filter((need) => !given(need))
    if (any ? missing.length === needs.length : missing.length > 0)
      yield `${name} is ${printValue(value)}, so ${any ? 'one of ' : ''}${missing.join(', ')} is needed`
  }
  for (const { name, needs } of rules.requiredBy) {
    const missing = given(name) ? needs.filter((need) => !given(need)) : []
    if (missing.length > 0) yield `${name} needs ${missing.join(', ')}`
  }
}

/** The same for the options inside an argument, however deep; each with the path to it. */
export function* brokenWithin(path: string, option: ArgumentOption, value: Value): Generator<string> {
  if (!option.options) return
  for (const dict of (Array.isArray(value) ? (value as readonly Value[]) : [value]).filter(isDict)) {
    const inside = dict
    if (option.rules)
      for (const broken of brokenRules(option.rules, (name) => inside.get(name))) yield `${path}: ${broken}`
    for (const [name, each] of option.options) {
      const found = inside.get(name)
      if (found !== undefined) yield* brokenWithin(`${path}.${name}`, each, found)
    }
  }
}
