import { randomBytes } from 'node:crypto'
import { KplayError } from '../../errors.ts'
import { truthy } from '../equality.ts'
import { subelements } from '../filters/dict.ts'
import { Tuple, Undefined, failure, isDictionary, isList, typeName } from '../operand.ts'
import type { Dictionary, List, Operand } from '../operand.ts'
import { bounded } from '../operators.ts'
import { PythonRandom } from '../python-random.ts'
import { pythonRegex } from '../regex.ts'
import { opened, option } from './lookup.ts'
import type { Lookups, Query } from './lookup.ts'
import { sequence } from './sequence.ts'

function crossProduct(lists: readonly List[]): Operand[] {
  bounded(lists.reduce((total, list) => total * list.length, lists.length))
  const rows = lists.reduce<Operand[][]>(
    (made, list) => made.flatMap((row) => list.map((item) => [...row, item])),
    [[]],
  )
  return rows
}

const flatten = (items: List): Operand[] => items.flatMap((item) => (isList(item) ? flatten(item) : [item]))

export const dataLookups: Lookups = {
  items: { run: ({ terms }) => opened(terms) },
  list: { run: ({ terms }) => terms },
  indexed_items: { run: ({ terms }) => opened(terms).map((item, index) => Tuple.containing([index, item])) },
  flattened: { run: ({ terms }) => flatten(terms) },
  dict: {
    run: ({ terms }) =>
      opened(terms).flatMap((term) => {
        if (!isDictionary(term)) throw failure(`got ${typeName(term)}: the dict lookup plugin expects a dictionary`)
        return Array.from(
          term,
          ([key, value]) =>
            new Map<Operand, Operand>([
              ['key', key],
              ['value', value],
            ]),
        )
      }),
  },
  sequence: { run: sequence },
  together: {
    run: ({ terms }) => {
      if (terms.length === 0) throw failure('with_together requires at least one element in each list')
      const lists = terms.map((term) => (isList(term) ? term : [term]))
      return Array.from({ length: Math.max(...lists.map((list) => list.length)) }, (_, row) =>
        lists.map((list) => (row < list.length ? (list[row] ?? null) : null)),
      )
    },
  },
  nested: {
    run: ({ terms }) => {
      if (terms.length === 0) throw failure('with_nested requires at least one element in the nested list')
      return crossProduct(terms.map((term) => (isList(term) ? flatten(term) : [term])))
    },
  },
  cartesian: { run: ({ terms }) => crossProduct(terms.map((term) => (isList(term) ? flatten(term) : [term]))) },
  subelements: {
    run: ({ terms }) => {
      const [input, path, skip] = subelementsGiven(terms)
      // results of items that were left out have none
      const ran = (element: Operand): boolean => !isDictionary(element) || (element.get('skipped') ?? false) === false
      if (!ran(input)) return []
      return subelements(isList(input) ? input.filter(ran) : input, path, skip).map((pair) => {
        const [element, item] = pair as Tuple
        return [withoutKey(element ?? null, path.split('.')), item ?? null]
      })
    },
  },
  random_choice: {
    run: ({ terms }) => {
      if (terms.length === 0) return []
      return [terms[new PythonRandom(randomBytes(32).toString('hex')).below(terms.length)] ?? null]
    },
  },
  vars: {
    run: (query) =>
      opened(query.terms).map((term) => {
        const name = nameOf(query, term)
        const value = query.around.variables.get(name)
        if (value !== undefined) return value
        return option(query, 'default') !== null
          ? option(query, 'default')
          : new Undefined(`No variable named '${name}' was found`)
      }),
  },
  varnames: {
    run: (query) => {
      const names = [...new Set(query.around.variables.names())]
      return query.terms.flatMap((term) => names.filter((name) => matches(nameOf(query, term), name)))
    },
  },
}

function subelementsGiven(terms: List): [List | Dictionary, string, boolean] {
  const refuse = (what = ''): KplayError =>
    failure(`the lookup subelements expects a list of two or three items${what}`)
  if (terms.length < 2 || terms.length > 3) throw refuse()
  const [input = null, path = null, flags = new Map<Operand, Operand>()] = terms
  if (!(isList(input) || isDictionary(input)) || typeof path !== 'string')
    throw refuse(', first a dict or a list, second a string pointing to the subkey')
  if (!isDictionary(flags)) throw refuse(', the optional third item must be a dict: skip_missing: true')
  return [input, path, truthy(flags.get('skip_missing') ?? false)]
}

/** Ansible's lookup leaves the list itself out of each element. */
function withoutKey(element: Operand, [key = '', ...deeper]: readonly string[]): Operand {
  if (!isDictionary(element)) return element
  if (deeper.length === 0) return new Map([...element].filter(([name]) => name !== key))
  return new Map(Array.from(element, ([name, value]) => [name, name === key ? withoutKey(value, deeper) : value]))
}

function matches(pattern: string, name: string): boolean {
  try {
    return pythonRegex(pattern).test(name)
  } catch (cause) {
    if (!(cause instanceof KplayError)) throw cause
    throw failure(`Unable to use "${pattern}" as a search parameter: ${cause.message}`)
  }
}

/** A name that a lookup searches by. */
function nameOf(query: Query, term: Operand): string {
  if (typeof term === 'string') return term
  throw failure(
    query.name.endsWith('varnames')
      ? `Invalid setting identifier: a search is text, not ${typeName(term)}`
      : `Variable name must be 'str' not '${typeName(term)}'`,
  )
}
