import { randomBytes } from 'node:crypto'
import { KplayError } from '../../errors.ts'
import { truthy } from '../equality.ts'
import { subelements } from '../filters/dict.ts'
import { formatPercent } from '../format-percent.ts'
import { Tuple, Undefined, failure, isDictionary, isList, typeName } from '../operand.ts'
import type { List, Operand } from '../operand.ts'
import { bounded } from '../operators.ts'
import { text } from '../print.ts'
import { PythonRandom } from '../python-random.ts'
import { pythonRegex } from '../regex.ts'
import { inlineOptions, opened, option } from './lookup.ts'
import type { Lookups, Query } from './lookup.ts'

function sequence(query: Query): List {
  const terms = query.terms.length > 0 ? query.terms : [new Map<Operand, Operand>(query.options)]
  return terms.flatMap((term) => oneSequence(term))
}

const SHORT = /^(?:(0x[\da-f]+|-?\d+)-)?(0x[\da-f]+|-?\d+)(?:\/(0x[\da-f]+|-?\d+))?(?::(.+))?$/i

const SEQUENCE = ['start', 'end', 'stride', 'count', 'format']

function oneSequence(term: Operand): string[] {
  const short = typeof term === 'string' ? SHORT.exec(term.trim()) : null
  const given = inlineOptions(term)
  const unknown = short ? [] : [...given.keys()].filter((name) => !SEQUENCE.includes(name))
  if (unknown.length > 0)
    throw failure(`unrecognized arguments to with_sequence: ${unknown.join(', ')}`, `it has: ${SEQUENCE.join(', ')}`)
  const number = (name: string, fallback?: number): number | undefined => {
    const value = given.get(name)
    if (value === undefined) return fallback
    const parsed = Number(text(value))
    if (!Number.isInteger(parsed))
      throw failure(`sequence: ${name} has an invalid value, ${text(value)}: it must be an int`)
    return parsed
  }
  const start = short ? Number(short[1] ?? 1) : (number('start', 1) ?? 1)
  const count = number('count')
  const stride = short ? Number(short[3] ?? 1) : (number('stride') ?? 1)
  const end = short ? Number(short[2]) : count === undefined ? number('end') : start + count * stride - stride
  if (end === undefined) throw failure('sequence needs end= or count=')
  if (count === 0) return []
  if (stride === 0) throw failure('sequence: the stride cannot be 0')
  if (stride > 0 && end < start) throw failure('sequence: to count backwards make stride negative')
  if (stride < 0 && end > start) throw failure("sequence: to count forward don't make stride negative")
  const format = short?.[4] ?? text(given.get('format') ?? '%d')
  const length = Math.floor((end - start) / stride) + 1
  return bounded(length * 8) ? Array.from({ length }, (_, index) => formatPercent(format, start + index * stride)) : []
}

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
        if (!isDictionary(term)) throw failure(`the lookup dict needs dicts, got ${typeName(term)}`)
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
      const [input, path, flags] = terms
      if (input === undefined || path === undefined) throw failure('the lookup subelements needs a list and a key')
      const skip =
        isDictionary(flags ?? null) && truthy((flags as ReadonlyMap<Operand, Operand>).get('skip_missing') ?? false)
      // results of items that were left out have none
      const ran = (element: Operand): boolean => !isDictionary(element) || (element.get('skipped') ?? false) === false
      return subelements(isList(input) ? input.filter(ran) : input, path, skip).map((pair) => {
        const [element, item] = pair as Tuple
        return [withoutKey(element ?? null, text(path).split('.')), item ?? null]
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
