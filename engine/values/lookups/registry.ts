import { KplayError } from '../../errors.ts'
import { absent } from '../absent.ts'
import { truthy } from '../equality.ts'
import { failure, isUndefined } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { own } from '../own.ts'
import { text } from '../print.ts'
import type { Given, Surroundings } from '../surroundings.ts'
import { csvLookup } from './csv.ts'
import { dataLookups } from './data.ts'
import { fileLookups } from './file.ts'
import { iniLookup } from './ini.ts'
import type { Lookup, Lookups } from './lookup.ts'
import { outsideLookups } from './outside.ts'
import { passwordLookup } from './password.ts'

export const lookups: Lookups = {
  ...dataLookups,
  ...fileLookups,
  ...outsideLookups,
  csvfile: csvLookup,
  ini: iniLookup,
  password: passwordLookup,
}

const PREFIX = /^(?:ansible\.(?:builtin|legacy)|community\.general)\./

/** A lookup by its name; there is an error with a suggestion when nobody knows it. */
export function lookupNamed(name: string): Lookup {
  const short = name.replace(PREFIX, '')
  const found = own(lookups, short)
  if (found) return found
  throw absent('lookup', name, Object.keys(lookups))
}

const ERRORS = ['strict', 'warn', 'ignore']

/** `lookup('name', terms…)`: one item as it is, several joined by commas. */
export const lookup = (given: Given, around: Surroundings): Operand => run(given, around, false)

/** `query('name', terms…)`: always a list. */
export const query = (given: Given, around: Surroundings): Operand => run(given, around, true)

/** Runs a lookup by its name with a list of terms: what `with_<name>` does. */
export const runLookup = (name: string, terms: readonly Operand[], around: Surroundings): readonly Operand[] =>
  lookupNamed(name).run({ name, terms, options: new Map(), around })

function run({ positional, named: options }: Given, around: Surroundings, asList: boolean): Operand {
  const [name, ...terms] = positional
  if (name === undefined) throw failure('lookup needs the name of a lookup')
  const missing = positional.find(isUndefined)
  if (missing) return missing
  const lookup = lookupNamed(text(name))
  const wantsList = asList || truthy(options.get('wantlist') ?? false)
  const errors = text(options.get('errors') ?? 'strict')
  if (!ERRORS.includes(errors)) throw failure(`errors is one of ${ERRORS.join(', ')}, not ${errors}`)
  const rest = new Map([...options].filter(([key]) => key !== 'wantlist' && key !== 'errors'))
  try {
    const items = lookup.run({ name: text(name), terms, options: rest, around })
    return wantsList ? [...items] : single(items)
  } catch (error) {
    if (errors === 'strict' || !(error instanceof KplayError) || error.code === 'BAD_TEMPLATE') throw error
    if (errors === 'warn') around.variables.ports.warn?.(error.message, error.place)
    return wantsList ? [] : null
  }
}

function single(items: readonly Operand[]): Operand {
  if (items.length === 1) return items[0] ?? null
  const missing = items.find(isUndefined)
  if (missing) return missing
  return items.length > 0 && items.every((item) => typeof item === 'string') ? items.join(',') : [...items]
}
