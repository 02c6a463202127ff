import { KplayError } from '../errors.ts'
import { markdown } from '../module/docs.ts'
import { modules } from '../modules/index.ts'
import { controls } from '../run/control/index.ts'
import { didYouMean } from '../schema/parse.ts'

/** All modules, a line each, or one with its arguments and examples. */
export function showDoc(name?: string): string {
  const all = [...modules.values(), ...new Set(controls.values())]
  if (name === undefined) return list(all)
  const module = all.find(
    (each) => each.name === name.replace(/^(ansible\.(builtin|legacy|posix)|community\.general)\./, ''),
  )
  if (module) return markdown(module)
  throw new KplayError('UNKNOWN_MODULE', `there is no module ${name}`, {
    hint:
      didYouMean(
        name,
        all.map((each) => each.name),
      ) ?? 'kplay doc lists them all',
  })
}

function list(modules: readonly { readonly name: string; readonly summary: string }[]): string {
  const width = Math.max(...modules.map(({ name }) => name.length))
  const lines = modules.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}\n`)
  return `${lines.sort().join('')}\nkplay doc NAME shows a module's arguments and examples.\n`
}
