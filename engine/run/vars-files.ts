import { KplayError } from '../errors.ts'
import type { Play, VarLayer, Written } from '../model.ts'
import { mustRender } from '../values/lazy.ts'
import type { Value } from '../value.ts'
import type { Scope } from '../values/scope.ts'
import { evaluate, evaluateText } from '../values/template.ts'
import type { RunContext } from './context.ts'
import type { HostState } from './state.ts'

/** What `vars_files` came to: it is looked at again when facts have changed, as names may hold them. */
export interface FilesView {
  readonly play: Play
  readonly facts: number
  readonly layers: readonly VarLayer[]
}

/**
 * The files of `vars_files`, one layer each. Names see what lies below and the command line, nothing else. As in
 * Ansible a name with an unknown variable is passed over until facts are known.
 * @param scopeWith what names see, given the files before
 */
export function varsFiles(
  host: HostState,
  play: Play,
  context: RunContext,
  scopeWith: (before: readonly VarLayer[]) => Scope,
): readonly VarLayer[] {
  if (play.varsFiles.length === 0) return []
  const known = host.files
  const facts = host.facts.version
  if (known?.play === play && known.facts === facts) return known.layers
  const layers: VarLayer[] = []
  for (const written of play.varsFiles) {
    const layer = readFile(written, play, host, context, () => scopeWith(layers))
    if (layer) layers.push(layer)
  }
  host.files = { play, facts, layers }
  return layers
}

/** A file whose name is no template is the same for all hosts. */
const plain = new WeakMap<RunContext, Map<Written, VarLayer | undefined>>()

function readFile(
  written: Written,
  play: Play,
  host: HostState,
  context: RunContext,
  scope: () => Scope,
): VarLayer | undefined {
  const read = (): VarLayer | undefined =>
    firstOf(namesOf(written, play, host, context, scope), written, play, context, scope())
  if (mustRender(written.value)) return read()
  const known = plain.get(context) ?? new Map<Written, VarLayer | undefined>()
  plain.set(context, known)
  if (!known.has(written)) known.set(written, read())
  return known.get(written)
}

/** A list inside `vars_files` means: the first that exists. */
function namesOf(
  { value, place }: Written,
  play: Play,
  host: HostState,
  { emit }: RunContext,
  scope: () => Scope,
): readonly string[] | undefined {
  try {
    const names = mustRender(value) ? evaluate(value, scope()) : value
    return Array.isArray(names)
      ? names.map((name: Value) => evaluateText(name, scope()))
      : [evaluateText(names, scope())]
  } catch (error) {
    if (!(error instanceof KplayError) || error.code !== 'UNDEFINED' || host.facts.gathered) throw error
    if (play.gatherFacts?.value === false)
      emit({ type: 'warning', message: `this item of vars_files is passed over: ${error.message}`, place })
    return undefined
  }
}

function firstOf(
  names: readonly string[] | undefined,
  { place }: Written,
  play: Play,
  context: RunContext,
  scope: Scope,
): VarLayer | undefined {
  if (!names) return undefined
  for (const name of names) {
    try {
      const where = { file: play.place.file, playbook: context.playbook.path, scope }
      return { name: `vars_files ${name}`, level: 14, vars: context.readVars(name, where) }
    } catch (error) {
      if (!(error instanceof KplayError) || error.code !== 'NOT_FOUND') throw error
    }
  }
  const hint = 'Ansible 2.21 goes on without it, older ones refuse it'
  context.emit({ type: 'warning', message: `vars_files: there is no file ${names.join(', ')}; ${hint}`, place })
  return undefined
}
