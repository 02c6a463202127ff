import { KplayErrors, type KplayError } from '../errors.ts'
import type { Event } from '../events.ts'
import type { Output, Reporter } from './reporter.ts'

/** One event per line, as JSON: the same that people are shown, secrets masked. */
export function jsonReporter(output: Output): Reporter {
  return {
    listen: (event) => output.write(`${JSON.stringify(event satisfies Event, replacer)}\n`),
    end: () => undefined,
  }
}

function replacer(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>)
  if (value instanceof KplayErrors) return value.problems.map(plainError)
  if (value instanceof Error) return plainError(value as KplayError)
  return value
}

const plainError = ({ code, message, hint, place, cause }: KplayError): object => ({
  code,
  message,
  hint,
  place,
  ...(cause instanceof Error && { cause: cause.message }),
})
