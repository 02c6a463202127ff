import { KplayError, type Warn } from './errors.ts'
import type { Emit } from './events.ts'
import type { Host, Inventory, Play, Playbook } from './model.ts'
import type { Files } from './read/files.ts'
import { readExtraVars } from './read/extra-vars.ts'
import { readInventory } from './read/inventory/read.ts'
import { withDefaults, type PlayDefaults } from './read/defaults.ts'
import { selectHosts, selectLimit } from './read/patterns.ts'
import { readPlaybook } from './read/playbook.ts'
import type { Registry } from './module/define.ts'
import { concealError, concealing } from './run/conceal.ts'
import type { RunOptions, RunPorts } from './run/context.ts'
import { run, type RunEnd } from './run/run.ts'
import { checkConnection } from './run/connect.ts'
import { validateTags } from './run/validate-tags.ts'
import { validatePlaybook } from './run/validate.ts'
import { controls } from './run/control/index.ts'
import { text as printValue } from './values/print.ts'
import { evaluate } from './values/template.ts'
import { Scope } from './values/scope.ts'

/** What to run, on what, and how. */
export interface Request {
  readonly playbooks: readonly string[]
  readonly inventory: readonly string[]
  readonly rolesPaths: readonly string[]
  readonly limit: readonly string[]
  readonly extraVars: readonly string[]
  readonly defaults?: PlayDefaults | undefined
  readonly options: Omit<RunOptions, 'extraVars' | 'limit' | 'limitText' | 'inventorySources'>
}

/** Everything that was read, before any host is contacted. */
export interface Prepared {
  readonly inventory: Inventory
  readonly playbooks: readonly Playbook[]
  readonly options: RunOptions
  hostsOf(play: Play): readonly Host[]
}

/** The story: read, run; whoever listens to the events reports. */
export async function kplay(request: Request, files: Files, ports: RunPorts): Promise<RunEnd> {
  const mask = (text: string): string => files.vault?.mask(text) ?? text
  const emit = concealing(ports.emit, mask)
  try {
    const prepared = prepare(request, { ...files, warn: warnOnce(emit) }, ports.registry)
    return await run(prepared, prepared.options, { ...ports, emit, vault: files.vault })
  } catch (error) {
    throw concealError(error, mask)
  }
}

/** A file may be read several times: what it is warned of is told once. */
function warnOnce(emit: Emit): Warn {
  const told = new Set<string>()
  return (message, place) => {
    const key = JSON.stringify([message, place])
    if (!told.has(key)) emit({ type: 'warning', message, place })
    told.add(key)
  }
}

/** Reads and checks everything. Throws all mistakes of a file at once. */
export function prepare(request: Request, files: Files, registry: Registry): Prepared {
  checkConnection(request.options.connection, files)
  const validate = (playbook: Playbook): void => validatePlaybook(playbook, registry)
  const reading = { rolesPaths: request.rolesPaths, freeForm: freeFormNames(registry), validate }
  const playbooks = request.playbooks.map((path) =>
    withDefaults(readPlaybook(path, files, reading), request.defaults ?? {}),
  )
  validateTags(playbooks, request.options)
  const [first] = playbooks
  const inventory = readInventory(
    [...request.inventory],
    files,
    first ? { playbookFolder: first.path.replace(/\/[^/]*$/, '') } : {},
  )
  const extraVars = readExtraVars([...request.extraVars], files)
  const limited =
    request.limit.length > 0
      ? selectLimit(request.limit.join(','), inventory, files).map(({ name }) => name)
      : undefined
  const options: RunOptions = {
    ...request.options,
    extraVars,
    inventorySources: request.inventory,
    ...(limited && { limit: limited, limitText: request.limit.join(',') }),
  }
  const scope = new Scope([{ name: 'extra vars', vars: extraVars }], { vault: files.vault })
  const hostsOf = ({ hosts: { value, place } }: Play): readonly Host[] => {
    const pattern = evaluate(value, scope)
    const found = selectHosts(Array.isArray(pattern) ? pattern.map(printValue) : printValue(pattern), inventory, {
      place,
      files,
    })
    return limited ? found.filter(({ name }) => limited.includes(name)) : found
  }
  // A pattern that means nothing is told now, not after the plays before it have run.
  for (const playbook of playbooks) for (const play of playbook.plays) hostsOf(play)
  return { inventory, playbooks, options, hostsOf }
}

const freeFormNames = (registry: Registry): ReadonlySet<string> =>
  new Set([...registry, ...controls].flatMap(([name, module]) => (module.freeForm === undefined ? [] : [name])))

export { KplayError }
