import { truthy } from '../equality.ts'
import { Undefined, failure } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { text } from '../print.ts'
import { ask, files, opened, option } from './lookup.ts'
import type { Lookups, Query } from './lookup.ts'

/** Lines without what ends them. */
const linesOf = (output: string): string[] => output.replace(/\r?\n$/, '').split(/\r\n|\n|\r/)

function environment(query: Query, term: Operand): Operand {
  const value = files(query).env(text(term).split(' ')[0] ?? '')
  return value ?? query.options.get('default') ?? ''
}

/** A setting as `ansible.cfg` and the environment have it. */
function setting(query: Query, term: Operand): Operand[] {
  const { setting: known } = query.around.variables.ports
  const value = typeof term === 'string' ? known?.(term) : undefined
  if (value !== undefined) return [value]
  const missing = text(option(query, 'on_missing', 'error'))
  if (missing === 'skip') return []
  const message = `there is no setting ${text(term)}`
  if (missing !== 'warn') return [new Undefined(message)]
  query.around.variables.ports.warn?.(message, undefined)
  return []
}

/** What lies outside of the variables: processes, the network, the environment, settings and the inventory. */
export const outsideLookups: Lookups = {
  env: { run: (query) => opened(query.terms).map((term) => environment(query, term)) },
  pipe: { run: (query) => opened(query.terms).map((term) => ask(query, 'pipe', text(term)).trimEnd()) },
  lines: {
    run: (query) =>
      opened(query.terms).flatMap((term) => {
        const output = ask(query, 'pipe', text(term))
        return output === '' ? [] : linesOf(output)
      }),
  },
  url: {
    run: (query) =>
      opened(query.terms).flatMap((term) => {
        const body = ask(query, 'url', text(term))
        if (!truthy(option(query, 'split_lines', true))) return [body]
        return body === '' ? [] : linesOf(body)
      }),
  },
  config: { run: (query) => query.terms.flatMap((term) => setting(query, term)) },
  inventory_hostnames: {
    run: (query) => {
      const { hosts } = query.around.variables.ports
      if (!hosts) throw failure('the lookup inventory_hostnames cannot see the inventory here', "use groups['name']")
      return hosts(opened(query.terms).map(text))
    },
  },
}
