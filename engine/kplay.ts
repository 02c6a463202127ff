import { judging, KplayError } from './errors.ts'
import type { ChangingInventory, Host, Play, Playbook } from './model.ts'
import type { Files } from './read/files.ts'
import { readExtraVars } from './read/extra-vars.ts'
import { LiveInventory } from './read/inventory/live.ts'
import { readInventory, type InventoryOptions, type InventorySettings } from './read/inventory/read.ts'
import { withDefaults, type PlayDefaults } from './read/defaults.ts'
import { selectHosts, selectLimit } from './read/patterns.ts'
import { readPlaybook } from './read/playbook.ts'
import type { Registry } from './module/define.ts'
import { concealError, concealing } from './run/conceal.ts'
import type { RunOptions, RunPorts } from './run/context.ts'
import { mayGrow } from './run/may-grow.ts'
import { askPrompts } from './run/prompts.ts'
import { run, type RunEnd } from './run/run.ts'
import { checkConnection } from './run/connect.ts'
import { validateTags } from './run/validate-tags.ts'
import { warnOnce } from './run/warn-once.ts'
import { validatePlaybook } from './run/validate.ts'
import { controls } from './run/control/index.ts'
import { text as printValue } from './values/print.ts'
import { evaluate } from './values/template.ts'
import { Scope } from './values/scope.ts'
import { Template, type Vars } from './value.ts'

/** How the inventory is read, and what the programs among its sources print. */
export interface InventoryRequest extends InventorySettings, Pick<InventoryOptions, 'scripts'> {
  /** Runs those programs anew. */
  askScripts?(): Promise<InventoryOptions['scripts']>
}

/** What to run, on what, and how. */
export interface Request {
  readonly playbooks: readonly string[]
  readonly inventory: readonly string[]
  readonly inventoryOptions?: InventoryRequest | undefined
  readonly rolesPaths: readonly string[]
  readonly privateRoleVars?: boolean | undefined
  readonly limit: readonly string[]
  readonly extraVars: readonly string[]
  readonly defaults?: PlayDefaults | undefined
  /** The tags that were typed for this very run, where others hold for all playbooks: one that no task has is an error. */
  readonly typedTags?: Pick<RunOptions, 'tags' | 'skipTags'> | undefined
  readonly options: Omit<RunOptions, 'extraVars' | 'limit' | 'limitText' | 'inventorySources'>
}

/** Everything that was read, before any host is contacted. */
export interface Prepared {
  readonly inventory: ChangingInventory
  readonly playbooks: readonly Playbook[]
  readonly options: RunOptions
  /** The hosts a play means as the inventory is at that moment; `scope` holds what its pattern may name. */
  hostsOf(play: Play, scope?: Scope): readonly Host[]
}

/** The story: read, run; whoever listens to the events reports. */
export async function kplay(request: Request, files: Files, ports: RunPorts): Promise<RunEnd> {
  const mask = (text: string): string => files.vault?.mask(text) ?? text
  const emit = concealing(ports.emit, mask)
  try {
    const prepared = prepare(
      request,
      { ...files, warn: (message, place) => warnOnce(emit, message, place) },
      ports.registry,
    )
    const all = { ...ports, emit, vault: files.vault }
    const prompted = await askPrompts(prepared.playbooks, prepared.options, all)
    return await run({ ...prepared, prompted }, prepared.options, all)
  } catch (error) {
    throw concealError(error, mask)
  }
}

/** Reads and checks everything. Throws all mistakes of a file at once. */
export function prepare(request: Request, disk: Files, registry: Registry): Prepared {
  const files = { ...disk, warn: judging(disk.warn, request.defaults?.duplicates) }
  checkConnection(request.options.connection, files)
  const extraVars = readExtraVars([...request.extraVars], files)
  const { missingHandlers } = request.options
  const validate = (playbook: Playbook): void => validatePlaybook(playbook, registry, { extraVars, missingHandlers })
  const modules = new Set([...registry.keys(), ...controls.keys()])
  const { rolesPaths, privateRoleVars } = request
  const freeForm = freeFormNames(registry)
  const reading = { rolesPaths, privateRoleVars, freeForm, modules, extraVars, validate }
  const playbooks = request.playbooks.map((path) =>
    withDefaults(readPlaybook(path, files, reading), request.defaults ?? {}),
  )
  validateTags(playbooks, { ...(request.typedTags ?? request.options), extraVars })
  const [first] = playbooks
  const folder = first ? { playbookFolder: first.path.replace(/\/[^/]*$/, '') } : {}
  const sources: InventoryOptions = { ...request.inventoryOptions, ...folder, extraVars }
  let { scripts } = sources
  const inventory = new LiveInventory(
    () => readInventory([...request.inventory], files, { ...sources, scripts }),
    async () => void (scripts = (await request.inventoryOptions?.askScripts?.()) ?? scripts),
  )
  const limit = request.limit.length > 0 ? request.limit.join(',') : undefined
  const limited = limit === undefined ? undefined : selectLimit(limit, inventory.now, files).map(({ name }) => name)
  const options: RunOptions = {
    ...request.options,
    extraVars,
    inventorySources: request.inventory,
    ...(limited && { limit: limited, limitText: limit }),
  }
  const growing = mayGrow(playbooks)
  const hostsOf = (
    { keywords, hosts: { value, place } }: Play,
    scope = patternScope(keywords.vars),
  ): readonly Host[] => {
    const pattern = evaluate(value, scope)
    return selectHosts(Array.isArray(pattern) ? pattern.map(printValue) : printValue(pattern), inventory.now, {
      place,
      limit,
      files,
      // What a task may add yet is no mistake.
      ...(growing && { unknown: () => undefined }),
    })
  }
  const patternScope = (vars: Vars): Scope =>
    new Scope(
      [
        { name: 'play vars', vars },
        { name: 'extra vars', vars: extraVars },
      ],
      { vault: files.vault },
    )
  // A pattern that means nothing is told now, not after the plays before it have run.
  for (const playbook of playbooks) for (const play of playbook.plays) if (isKnown(play)) hostsOf(play)
  return { inventory, playbooks, options, hostsOf }
}

/** What is asked for, or rests on other hosts' variables, is known only when the play begins. */
const isKnown = ({ hosts: { value }, prompts }: Play): boolean =>
  prompts.length === 0 && !(value instanceof Template && /\b(?:groups|hostvars)\b/.test(value.source))

const freeFormNames = (registry: Registry): ReadonlySet<string> =>
  new Set([...registry, ...controls].flatMap(([name, module]) => (module.freeForm === undefined ? [] : [name])))

export { KplayError }
