import { absent } from './absent.ts'
import { filters } from './filters/registry.ts'
import type { Operation, Operations } from './operation.ts'
import { own } from './own.ts'
import { tests } from './tests/registry.ts'

/** Collections whose filters and tests are known here by their short names. */
const PREFIX = /^(?:ansible\.(?:builtin|utils|posix|legacy)|community\.general)\./

export const filterNamed = (name: string): Operation => named(filters, name, 'filter')
export const testNamed = (name: string): Operation<boolean> => named(tests, name, 'test')

export const knows = (what: 'filter' | 'test', name: string): boolean =>
  Object.hasOwn(what === 'filter' ? filters : tests, name.replace(PREFIX, ''))

function named<Result extends boolean>(
  table: Operations<Result>,
  name: string,
  what: 'filter' | 'test',
): Operation<Result>
function named(table: Operations, name: string, what: 'filter' | 'test'): Operation
function named(table: Operations, name: string, what: 'filter' | 'test'): Operation {
  const short = name.replace(PREFIX, '')
  const found = own(table, short)
  if (found) return found
  throw absent(what, name, Object.keys(table))
}
