import type { Dict } from '../value.ts'

/**
 * The value of `omit`. Within lists and dicts it takes its item or key away, in text it is nothing; alone, it asks
 * whoever evaluated it to leave the argument out. Compare by identity.
 */
export const OMIT: Dict = Object.freeze(new Map())
