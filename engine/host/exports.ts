import { KplayError } from '../errors.ts'
import { type Command, joined, sh } from './shell.ts'

/**
 * Sets variables for what follows on the same line. Throws BAD_ARGS for what cannot be the name of one. IFS is left out:
 * no shell takes it from its environment, and to this one it would mean to take every script apart in another way.
 */
export function exportsOf(environment: Readonly<Record<string, string>> = {}): Command {
  const wrong = Object.keys(environment).find((name) => !/^[A-Za-z_]\w*$/.test(name))
  if (wrong !== undefined) throw new KplayError('BAD_ARGS', `${wrong} cannot be the name of an environment variable`)
  const exports = Object.entries(environment)
    .filter(([name]) => name !== 'IFS')
    .map(([name, value]) => sh`export ${`${name}=${value}`}; `)
  return joined(exports, '')
}
