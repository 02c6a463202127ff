import { Template, type Raw, type Value } from '../value.ts'
import { text } from '../values/print.ts'

/** A keyword's value as its author wrote it, for messages. */
export const sourceOf = (raw: Raw): string => (raw instanceof Template ? raw.source : text(raw as Value))
