import { parse, TomlDate, TomlError, type TomlValue } from 'smol-toml'
import type { Place } from '../../errors.ts'
import { Float, isDict, type Raw, type Value } from '../../value.ts'
import { rawText } from '../nodes.ts'
import { dictOf, namesOf, varsOf } from './data.ts'
import type { Source } from './source.ts'

/** A TOML inventory: a table for each group, with `hosts` and `vars` as tables and `children` as a list. */
export function readTomlInventory(text: string, source: Source): void {
  const place = { file: source.name, line: 1, column: 1 }
  try {
    for (const [name, table] of Object.entries(parse(text, { integersAsBigInt: true })))
      readGroup(name, valueOf(table), source, place)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const at = { ...place, line: error.line, column: error.column }
    source.problems.add('BAD_YAML', `this is no TOML: ${error.message.split('\n')[0] ?? ''}`, { place: at })
  }
}

function readGroup(written: string, table: Value, source: Source, place: Place): void {
  const group = source.group(written, place)
  for (const [key, value] of dictOf(`the group ${group}`, table, source, place) ?? []) {
    if (key === 'vars') source.groupVars(group, varsOf(`vars of ${group}`, value, source, place, rawOf(place)))
    else if (key === 'hosts') readHosts(group, value, source, place)
    else if (key === 'children')
      for (const child of namesOf(`children of ${group}`, value, source, place))
        source.child(group, source.group(child, place), place)
    else
      source.problems.add('BAD_YAML', `unknown key ${key} in the group ${group}`, {
        place,
        hint: 'known: hosts, vars, children',
      })
  }
}

function readHosts(group: string, value: Value, source: Source, place: Place): void {
  for (const [host, vars] of dictOf(`hosts of ${group}`, value, source, place) ?? [])
    source.hosts(host, group, varsOf(`the host ${host}`, vars, source, place, rawOf(place)), place)
}

/** TOML as a value: its whole numbers are bigints here, so that a float that is whole stays one. */
function valueOf(toml: TomlValue): Value {
  if (typeof toml === 'number') return new Float(toml)
  if (typeof toml === 'bigint') return Number.isSafeInteger(Number(toml)) ? Number(toml) : toml
  if (typeof toml !== 'object') return toml
  if (toml instanceof TomlDate) return toml.toISOString()
  if (Array.isArray(toml)) return toml.map(valueOf)
  return new Map(Object.entries(toml).map(([key, item]) => [key, valueOf(item)]))
}

/** The file is somebody's we trust: its texts may be templates. */
const rawOf =
  (place: Place) =>
  (value: Value): Raw => {
    if (typeof value === 'string') return rawText(value, place)
    if (Array.isArray(value)) return value.map(rawOf(place))
    return isDict(value) ? new Map([...value].map(([key, item]) => [key, rawOf(place)(item)])) : value
  }
