import { KplayError } from '../errors.ts'
import type { Host, Play, Role, VarLayer } from '../model.ts'
import { selectHosts } from '../read/patterns.ts'
import type { Layer, Magic } from '../values/scope.ts'
import { Scope } from '../values/scope.ts'
import { answers } from '../values/suspend.ts'
import type { Raw, Value, Variable, Vars } from '../value.ts'
import { nearest, type Chain } from './chain.ts'
import type { RunContext } from './context.ts'
import { magicNames, magicValue, type Standing } from './magic.ts'
import type { PlannedPlay } from './plan.ts'
import { HostState } from './state.ts'
import { varsFiles } from './vars-files.ts'
import { warnOnce } from './warn-once.ts'

/** What is the same for all tasks of a play's batch. */
export interface PlayView {
  readonly plan: PlannedPlay
  readonly name: string
  /** Hosts of the whole play, and of the current batch, by name. */
  readonly allHosts: readonly string[]
  readonly batch: readonly string[]
}

const layer = (level: number, name: string, vars: Vars): Layer[] => (vars.size > 0 ? [{ name, level, vars }] : [])

/** Names of the host that need not be in any inventory. */
export const LOCAL = ['localhost', '127.0.0.1', '::1']

const NOWHERE: Chain = { keywords: [], roles: [] }

/** Every variable a host sees at one point of a play, in Ansible's 22 levels. `above` wins over all but magic (loop variables, results being judged). */
export function scopeOf(
  host: HostState,
  view: PlayView | undefined,
  chain: Chain,
  context: RunContext,
  above: readonly Layer[] = [],
  ask = asking(context),
): Scope {
  const standing: Standing = { host, view, chain, context }
  const { extraVars, injectFacts } = context.options
  const [play, ...inner] = chain.keywords
  const ofRoles = new Set(chain.roles.map(({ keywords }) => keywords))
  const magic = magicOf(standing, ask)
  const extra = layer(22, 'extra vars', extraVars)
  const upToPlay = [
    ...(view ? [connectionVars(standing)] : []),
    ...rolesSeen(standing, 'defaults').flatMap((role) => layer(2, `defaults of role ${role.name}`, role.defaults)),
    ...host.host.layers,
    identityOf(host),
    ...layer(11, 'facts', host.facts.vars(injectFacts ?? true)),
    ...layer(12, 'play vars', play?.vars ?? new Map()),
    ...layer(13, 'vars_prompt', (view && context.prompted?.get(view.plan.play)) ?? new Map()),
  ]
  const files =
    view && play
      ? varsFiles(host, view.plan.play, context, (before) => new Scope([...upToPlay, ...before, ...extra], magic))
      : []
  return new Scope(
    [
      ...upToPlay,
      ...files,
      ...rolesSeen(standing, 'vars').flatMap((role) => roleVars(role, chain.roles)),
      ...inner
        .filter((keywords) => !ofRoles.has(keywords))
        .flatMap((keywords, index, { length }) =>
          index === length - 1 ? layer(17, 'task vars', keywords.vars) : layer(16, 'block vars', keywords.vars),
        ),
      ...layer(18, 'include_vars', host.included),
      ...layer(19, 'set_fact and register', host.registered),
      ...chain.roles.flatMap((role) => layer(20, `parameters of role ${role.name}`, role.params)),
      ...(chain.includeParams ?? []).flatMap((vars) => layer(21, 'parameters of the include', vars)),
      ...extra,
      ...above,
    ],
    magic,
  )
}

/**
 * Roles whose defaults or vars are seen: those of the play, then those the task's role needs and the roles around it,
 * then its own. What a role needs wins over the roles around by its vars, but not by its defaults.
 */
function rolesSeen({ view, chain }: Standing, by: 'defaults' | 'vars'): readonly Role[] {
  const needed = (chain.roles.at(-1)?.dependencies ?? []).flatMap(withDependencies)
  const around = chain.roles.slice(0, -1)
  const own = [...(by === 'vars' ? [...around, ...needed] : [...needed, ...around]), ...chain.roles.slice(-1)]
  const others = view?.plan.exported ?? []
  return [...new Set([...others, ...own].toReversed())].toReversed()
}

/** Those written where a role is named lie above its own vars, but below the vars of roles within. */
function roleVars(role: Role, around: readonly Role[]): readonly Layer[] {
  const own = layer(15, `vars of role ${role.name}`, role.vars)
  const named = around.includes(role) ? layer(15, `vars where role ${role.name} is named`, role.keywords.vars) : []
  return role === around.at(-1) ? [...own, ...named] : [...named, ...own]
}

const withDependencies = (role: Role): readonly Role[] => [...role.dependencies.flatMap(withDependencies), role]

/** How a task reaches its host, as far as keywords and the command line say it; any variable wins over these. */
function connectionVars({ host, chain, context: { options } }: Standing): VarLayer {
  const { connection } = options
  const known: readonly (readonly [string, Raw | undefined])[] = [
    ['ansible_host', host.name],
    ['ansible_connection', nearest(chain, 'connection')?.value ?? connection.kind ?? 'ssh'],
    ['ansible_user', nearest(chain, 'remoteUser')?.value ?? connection.user],
  ]
  const vars = known.flatMap(([name, value]): [string, Variable][] => (value === undefined ? [] : [[name, { value }]]))
  return { name: 'connection', level: 1, vars: new Map(vars) }
}

const identities = new WeakMap<Host, VarLayer>()

/** What a host is called: above what its inventory says, below what a play sets, as in Ansible. */
function identityOf({ host }: HostState): VarLayer {
  const known = identities.get(host)
  if (known) return known
  const vars = new Map<string, Variable>([
    ['inventory_hostname', { value: host.name }],
    ['inventory_hostname_short', { value: host.name.split('.')[0] ?? host.name }],
    ['group_names', { value: host.groups }],
  ])
  const layer = { name: `host ${host.name}`, level: 8, vars }
  identities.set(host, layer)
  return layer
}

type Ask = Magic['ask']

/** Answers that lookups wait for: kept for one scope and for what it sees of other hosts, so that each is asked once. */
const asking = ({ fetch, playbook }: RunContext): Ask =>
  fetch && answers((kind, subject, options) => fetch(kind, subject, options, playbook.path))

function magicOf(standing: Standing, ask: Ask): Magic {
  const { chain, context } = standing
  const { playbook, options } = context
  const role = chain.roles.at(-1)
  return {
    vault: context.vault,
    files: context.filesFor({
      role,
      file: role ? `${role.path}/tasks/main.yml` : playbook.path,
      playbook: playbook.path,
    }),
    mergeDicts: options.hashBehaviour === 'merge',
    given: { names: () => magicNames(standing), get: (name, scope) => magicValue(name, standing, () => scope) },
    hostvars: hostvarsIn(context, ask),
    ...(ask && { ask }),
    setting: (name) => options.settings?.get(name),
    warn: (message, place) => warnOnce(context.emit, message, place),
    hosts: (patterns) => hostsNamed(patterns, context),
  }
}

/** As in Ansible, a pattern that means nothing selects nobody. */
function hostsNamed(patterns: readonly string[], { inventory }: RunContext): readonly string[] {
  const { hosts, groups, implicit } = inventory
  if (!implicit) return []
  try {
    return selectHosts(patterns, { hosts, groups, implicit }).map(({ name }) => name)
  } catch (error) {
    if (error instanceof KplayError) return []
    throw error
  }
}

const hostvarsIn = (context: RunContext, ask: Ask): NonNullable<Magic['hostvars']> => ({
  names: () => context.inventory.hosts.keys(),
  // As in Ansible these are the variables a host has without any play.
  scope: (name) => {
    const other = context.hosts.get(name) ?? implicitHost(name, context)
    return other && scopeOf(other, undefined, NOWHERE, context, [], ask)
  },
})

const implicitHost = (name: string, { inventory, factCache }: RunContext): HostState | undefined =>
  LOCAL.includes(name) ? new HostState(inventory.implicit(name), factCache) : undefined

/** What a play's `hosts:` may name: no host is chosen yet. */
export function patternScope(play: Play, context: RunContext): Scope {
  const { groups } = context.inventory
  const members = new Map<Value, Value>([...groups.values()].map(({ name, hosts }) => [name, [...hosts]]))
  return new Scope(
    [
      ...layer(12, 'play vars', play.keywords.vars),
      ...layer(13, 'vars_prompt', context.prompted?.get(play) ?? new Map()),
      ...layer(22, 'extra vars', context.options.extraVars),
    ],
    {
      vault: context.vault,
      hostvars: hostvarsIn(context, undefined),
      given: { names: () => ['groups'], get: (name) => (name === 'groups' ? members : undefined) },
    },
  )
}
