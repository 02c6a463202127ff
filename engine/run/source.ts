import { Encrypted, Template, isDict, type Raw, type Value } from '../value.ts'
import { text } from '../values/print.ts'

/** A keyword's value as its author wrote it, for messages. */
export const sourceOf = (raw: Raw): string => text(written(raw))

function written(raw: Raw): Value {
  if (raw instanceof Template) return raw.source
  if (raw instanceof Encrypted) return raw.ciphertext
  if (Array.isArray(raw)) return raw.map((item: Raw) => written(item))
  if (isDict(raw)) return new Map(Array.from(raw as ReadonlyMap<Value, Raw>, ([key, item]) => [key, written(item)]))
  return raw as Value
}
