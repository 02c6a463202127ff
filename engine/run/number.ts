import { KplayError } from '../errors.ts'
import type { Written } from '../model.ts'
import type { Scope } from '../values/scope.ts'
import { textOf } from './connect.ts'

/** A keyword that is a number, perhaps by template; undefined where it is not given. Throws EVALUATION. */
export function numberOf(written: Written | undefined, key: string, scope: Scope): number | undefined {
  const text = textOf(written, scope)
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new KplayError('EVALUATION', `${key} must be a number, not ${text || 'nothing'}`, { place: written?.place })
}
