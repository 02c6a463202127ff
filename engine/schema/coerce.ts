import { z } from 'zod'
import { Float, isDict, keyText, toPlain, type Value } from '../value.ts'

/** A value as it reaches an argument: with the source text when it was written as a plain YAML scalar. */
export class Written {
  readonly value: Value
  readonly text: string | undefined
  constructor(value: Value, text?: string) {
    this.value = value
    this.text = text
  }
}
/** Written at the top of an argument, a bare Value below it, plain data in examples and in what an alias maps to. */
export type Given = unknown

export const valueOf = (given: Given): unknown => (given instanceof Written ? given.value : given)
const textOf = (given: Given): string | undefined => (given instanceof Written ? given.text : undefined)

type Coerced<T> = { readonly ok: T } | { readonly mistake: string }

function coerced<T>(read: (given: Given) => Coerced<T>): z.ZodType<T> {
  return z.unknown().transform((given, context) => {
    const answer = read(given)
    if ('ok' in answer) return answer.ok
    context.addIssue({ code: 'custom', message: answer.mistake })
    return z.NEVER
  })
}

/** Text as a person reads it, for messages. */
export function shown(given: Given): string {
  const value = valueOf(given)
  if (value instanceof Float) return String(value.value)
  if (isDict(value) || typeof value === 'object') return JSON.stringify(toPlain(value as Value)) ?? 'null'
  if (typeof value === 'string') return `"${value}"`
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : typeof value
}

export function scalarText(given: Given): string | undefined {
  const value = valueOf(given)
  if (typeof value === 'string') return value
  const written = textOf(given)
  if (value === null || value === undefined) return undefined
  if (written !== undefined && typeof value !== 'object') return written
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof Float)
    return written ?? (Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value))
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return undefined
}

export const asText = coerced<string>((given) => {
  const text = scalarText(given)
  return text === undefined ? { mistake: `must be text, not ${shown(given)}` } : { ok: text }
})

const YES = ['yes', 'on', '1', 'true', 't', 'y']
const NO = ['no', 'off', '0', 'false', 'f', 'n']

export const asFlag = coerced<boolean>((given) => {
  const value = valueOf(given)
  if (typeof value === 'boolean') return { ok: value }
  const text = (scalarText(given) ?? '').trim().toLowerCase()
  if (YES.includes(text)) return { ok: true }
  if (NO.includes(text)) return { ok: false }
  return { mistake: `must be true or false, not ${shown(given)}` }
})

export const asWhole = coerced<number>((given) => {
  const value = valueOf(given)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return { ok: value }
  if (value instanceof Float && Number.isSafeInteger(value.value)) return { ok: value.value }
  const text = typeof value === 'string' ? value.trim() : ''
  return /^[-+]?\d+$/.test(text) && Number.isSafeInteger(Number(text))
    ? { ok: Number(text) }
    : { mistake: `must be a whole number, not ${shown(given)}` }
})

export const asFloat = coerced<number>((given) => {
  const value = valueOf(given)
  if (typeof value === 'number') return { ok: value }
  if (value instanceof Float) return { ok: value.value }
  const text = typeof value === 'string' ? value.trim() : ''
  return text !== '' && Number.isFinite(Number(text))
    ? { ok: Number(text) }
    : { mistake: `must be a number, not ${shown(given)}` }
})

const SYMBOLIC = /^([ugoa]*([-+=]([rwxXst]*|[ugo]))+)(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*$/

/**
 * A mode. Digits as they are written are octal, quoted or not: `mode: 644` and `mode: 0644` mean the same. An int
 * that comes from a variable has lost its source text and is the number itself, as in Ansible (420 is 0644); when
 * that is no plausible mode but its digits are (644), it is refused rather than guessed.
 */
export const asMode = coerced<string>((given) => {
  const value = valueOf(given)
  const text = typeof value === 'string' ? value.trim() : textOf(given)?.trim()
  if (text !== undefined) {
    const digits = /^(?:0o?)?([0-7]{1,4})$/.exec(text)?.[1]
    if (digits !== undefined) return { ok: digits.padStart(4, '0') }
    if (text === 'preserve' || SYMBOLIC.test(text)) return { ok: text }
    return { mistake: `must be an octal mode such as '0644' or a symbolic one such as u=rw,g=r, not ${shown(given)}` }
  }
  if (typeof value === 'number' && value >= 0 && value <= 0o7777) {
    if (value > 0o777 && /^[0-7]{3,4}$/.test(String(value)))
      return { mistake: `${value} is ambiguous: quote it, '0${value}'` }
    return { ok: value.toString(8).padStart(4, '0') }
  }
  return { mistake: `must be a mode such as '0644', not ${shown(given)}` }
})

export const asChoice = (choices: readonly string[]): z.ZodType<string> =>
  coerced((given) => {
    const text = scalarText(given)
    if (text !== undefined && choices.includes(text)) return { ok: text }
    // `state: yes` never is a choice, but a choice named yes or no may have been read as a boolean.
    const value = valueOf(given)
    const same = typeof value === 'boolean' ? choices.find((name) => (value ? YES : NO).includes(name)) : undefined
    return same === undefined ? { mistake: `must be one of ${choices.join(', ')}, not ${shown(given)}` } : { ok: same }
  })

/** `any` and everything nested in it reach a module as plain data. */
export const plainOf = (given: Given): unknown => {
  const value = valueOf(given)
  return isDict(value) || Array.isArray(value) || value instanceof Float ? toPlain(value as Value) : value
}

export const asList = <T>(of: z.ZodType<T>): z.ZodType<readonly T[]> =>
  z
    .unknown()
    .transform((given): readonly unknown[] => {
      const value = valueOf(given)
      if (Array.isArray(value)) return value as unknown[]
      if (value === '') return []
      if (typeof value === 'string') return value.split(',').map((item) => item.trim())
      return [given]
    })
    .pipe(z.array(of))

export const asDict = <T>(of: z.ZodType<T>): z.ZodType<Readonly<Record<string, T>>> =>
  z.unknown().transform((given, context) => {
    const value = valueOf(given)
    const entries = isDict(value)
      ? [...value].map(([key, item]): [string, unknown] => [keyText(key), item])
      : value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Float)
        ? Object.entries(value)
        : undefined
    const dict = Object.create(null) as Record<string, T>
    if (!entries) {
      context.addIssue({ code: 'custom', message: `must be a dict, not ${shown(given)}` })
      return dict
    }
    for (const [key, item] of entries) {
      const parsed = of.safeParse(item)
      if (parsed.success) dict[key] = parsed.data
      else
        for (const issue of parsed.error.issues)
          context.addIssue({ code: 'custom', message: issue.message, path: [key, ...issue.path] })
    }
    return dict
  })
