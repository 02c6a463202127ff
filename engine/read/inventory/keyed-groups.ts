import { KplayError, type Place } from '../../errors.ts'
import { isDict, Template, type Raw, type Value } from '../../value.ts'
import { truthy } from '../../values/equality.ts'
import { text } from '../../values/print.ts'
import type { Scope } from '../../values/scope.ts'
import { evaluate, OMIT } from '../../values/template.ts'
import { forcedName } from './names.ts'
import type { Options } from './options.ts'

export const KEYED = ['key', 'prefix', 'separator', 'parent_group', 'default_value', 'trailing_separator']

/** One entry of `keyed_groups`: groups named after a value that each host has. */
export interface Keyed {
  readonly key: Raw
  readonly prefix: string
  readonly separator: string
  readonly parent: Raw | undefined
  /** What stands for an empty value. */
  readonly missing: string | undefined
  readonly trailing: boolean
  /** Whether the separator stands in front where there is no prefix. */
  readonly leading: boolean
  readonly place: Place
}

export function readKeyed(options: Options, leading: boolean): Keyed {
  const missing = options.text('default_value')
  if (missing !== undefined && options.has('trailing_separator'))
    throw new KplayError('BAD_YAML', 'of default_value and trailing_separator only one can be given', {
      place: options.place,
    })
  return {
    key: options.expression('key') ?? null,
    prefix: options.text('prefix') ?? '',
    separator: options.text('separator') ?? '_',
    parent: options.raw('parent_group'),
    missing,
    trailing: options.flag('trailing_separator', true),
    leading,
    place: options.place,
  }
}

/** The groups that one entry puts a host into. Throws where the key is no text, list or dict. */
export function keyedGroups(
  keyed: Keyed,
  scope: Scope,
  withExtra: Scope,
  strict: boolean,
): readonly { readonly group: string; readonly parent: string | undefined }[] {
  const key = evaluate(keyed.key, withExtra)
  const names = namesFor(keyed, key)
  if (names === undefined) {
    if (!strict || Array.isArray(key) || isDict(key)) return []
    throw refuse(keyed, 'is empty')
  }
  const parent = keyed.parent === undefined ? undefined : evaluate(keyed.parent, scope)
  const above = parent === undefined || parent === OMIT || !truthy(parent) ? undefined : forcedName(text(parent))
  const separator = keyed.prefix === '' && !keyed.leading ? '' : keyed.separator
  return names.map((name) => ({ group: forcedName(`${keyed.prefix}${separator}${name}`), parent: above }))
}

/** The names before prefix and separator; undefined: the key is empty. */
function namesFor(keyed: Keyed, key: Value): readonly string[] | undefined {
  const { missing, separator, trailing } = keyed
  if (isEmpty(key) && missing !== undefined) return [missing]
  if (!truthy(key)) return undefined
  if (typeof key === 'string') return [key]
  if (Array.isArray(key))
    return key.map((item: Value) => (isEmpty(item) && missing !== undefined ? missing : text(item)))
  if (!isDict(key)) throw refuse(keyed, `is ${text(key)}, which is neither text nor a list nor a dict`)
  return [...key].map(([name, value]) => {
    if (!isEmpty(value)) return `${text(name)}${separator}${text(value)}`
    if (missing !== undefined) return `${text(name)}${separator}${missing}`
    return trailing ? `${text(name)}${separator}${text(value)}` : text(name)
  })
}

const isEmpty = (value: Value): boolean => value === null || value === ''

const refuse = ({ key, place }: Keyed, why: string): KplayError =>
  new KplayError('BAD_YAML', `the key ${key instanceof Template ? `${key.source} ` : ''}${why}`, {
    place: key instanceof Template ? key.place : place,
    hint: 'convert it with | string, or give a default_value',
  })
