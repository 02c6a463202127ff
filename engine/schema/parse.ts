import { distance } from 'fastest-levenshtein'
import { plainOf, scalarText, valueOf, type Given } from './coerce.ts'
import type { ArgsOf, Fields } from './field.ts'

export interface Issue {
  /** The argument as the user wrote it, then what is inside. */
  readonly path: readonly string[]
  readonly message: string
  readonly hint?: string | undefined
}
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly Issue[] }

/** Edits between two words; two neighbouring letters swapped are one. */
export function apart(word: string, name: string): number {
  const swapped = [...word]
    .slice(1)
    .map((_, at) => word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2))
  return Math.min(distance(word, name), ...swapped.map((other) => 1 + distance(other, name)))
}

/** The name meant by a misspelt one, when it is close enough to be worth saying. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const [best] = [...known]
    .map((name) => ({ name, far: apart(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(Math.max(word.length, name.length) / 3)))
    .sort((a, b) => a.far - b.far)
  return best?.name
}

export const didYouMean = (word: string, known: Iterable<string>): string | undefined => {
  const name = nearest(word, known)
  return name === undefined ? undefined : `did you mean ${name}?`
}

/** The argument a key names, aliases included. */
export function fieldNamed(fields: Fields, key: string): string | undefined {
  if (Object.hasOwn(fields, key)) return key
  return Object.keys(fields).find((name) => fields[name]?.aliases?.includes(key))
}

/** Names of arguments that no field knows, as issues. */
export function unknownArguments(fields: Fields, keys: Iterable<string>): Issue[] {
  const unknown = [...keys].filter((key) => fieldNamed(fields, key) === undefined)
  if (unknown.length === 0) return []
  const known = Object.entries(fields).flatMap(([name, { aliases = [] }]) => [name, ...aliases])
  return unknown.map((key) => ({
    path: [key],
    message: 'unknown argument',
    hint: didYouMean(key, known) ?? `known: ${Object.keys(fields).join(', ')}`,
  }))
}

/** Reads every argument before answering, so that a user sees all mistakes at once. null and undefined mean "not given". */
export function parseArgs<F extends Fields>(fields: F, input: Readonly<Record<string, Given>>): Parsed<ArgsOf<F>> {
  const issues = unknownArguments(fields, Object.keys(input))
  const value: Record<string, unknown> = {}

  for (const [name, spec] of Object.entries(fields)) {
    const keys = [name, ...(spec.aliases ?? [])].filter(
      (key) => Object.hasOwn(input, key) && (valueOf(input[key]) ?? null) !== null,
    )
    const [key, second] = keys
    if (key === undefined) {
      if (spec.required) issues.push({ path: [name], message: 'is required' })
      value[name] = spec.default
      continue
    }
    if (second !== undefined) issues.push({ path: [second], message: `is the same argument as ${key}: give one` })
    const parsed = spec.zod.safeParse(input[key])
    if (parsed.success)
      value[name] = spec.type === 'any' || spec.of?.type === 'any' ? deepPlain(parsed.data) : parsed.data
    else
      for (const issue of parsed.error.issues)
        issues.push({
          path: [key, ...issue.path.map(String)],
          message: issue.message,
          hint: spec.choices && didYouMean(scalarText(input[key]) ?? '', spec.choices),
        })
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: Object.freeze(value) as ArgsOf<F> }
}

function deepPlain(data: unknown): unknown {
  const plain = plainOf(data)
  if (Array.isArray(plain)) return plain.map(deepPlain)
  if (plain !== null && typeof plain === 'object') {
    return Object.fromEntries(Object.entries(plain).map(([key, item]) => [key, deepPlain(item)]))
  }
  return plain
}
