import { OMIT } from './omit.ts'
import { Tuple, Undefined, isDictionary, isList } from './operand.ts'
import type { Operand } from './operand.ts'
import { text } from './print.ts'

/** A value as it appears in text: tuples are lists there, None and `omit` are nothing. */
export function outputText(value: Operand): string {
  if (typeof value === 'string') return value
  if (value === null || value === OMIT || (value instanceof Undefined && value.silent)) return ''
  return text(withoutTuples(value))
}

/** The parts of a template put together: one value alone stays what it is. */
export function join(parts: readonly Operand[]): Operand {
  if (parts.length === 1) return parts[0] ?? null
  const present = parts.filter((part) => part !== null && part !== OMIT && !(part instanceof Undefined && part.silent))
  return present.length <= 1 ? (present[0] ?? null) : present.map(outputText).join('')
}

function withoutTuples(value: Operand): Operand {
  if (isList(value)) {
    const items = value.map(withoutTuples)
    return value instanceof Tuple || items.some((item, index) => item !== value[index]) ? items : value
  }
  if (!isDictionary(value)) return value
  return new Map(Array.from(value, ([key, item]) => [key, withoutTuples(item)]))
}

/** The value as it is now: its lists and dicts are copies, tuples are lists. */
export function snapshot(value: Operand): Operand {
  if (isList(value)) return value.map(snapshot)
  return isDictionary(value) && value !== OMIT
    ? new Map(Array.from(value, ([key, item]) => [key, snapshot(item)]))
    : value
}

/** Jinja2 drops the last line break of a source, and blocks swallow theirs; Ansible puts back what is missing. */
export function withNewlines(text: string, source: string): string {
  if (!source.endsWith('\n')) return text
  const count = (of: string): number => of.length - of.replace(/\n+$/, '').length
  return text + '\n'.repeat(Math.max(0, count(source) - count(text)))
}
