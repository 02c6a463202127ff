import type { Role, VarLayer } from '../model.ts'
import type { Layer, Magic } from '../values/scope.ts'
import { Scope } from '../values/scope.ts'
import type { Variable, Vars } from '../value.ts'
import type { Chain } from './chain.ts'
import type { RunContext } from './context.ts'
import { MAGIC_NAMES, magicValue, type Standing } from './magic.ts'
import type { PlannedPlay } from './plan.ts'
import type { HostState } from './state.ts'
import { varsFiles } from './vars-files.ts'

/** What is the same for all tasks of a play's batch. */
export interface PlayView {
  readonly plan: PlannedPlay
  readonly name: string
  /** Hosts of the whole play, and of the current batch, by name. */
  readonly allHosts: readonly string[]
  readonly batch: readonly string[]
}

const layer = (level: number, name: string, vars: Vars): Layer[] => (vars.size > 0 ? [{ name, level, vars }] : [])

const NOWHERE: Chain = { keywords: [], roles: [] }

/** Every variable a host sees at one point of a play, in Ansible's 22 levels. `above` wins over all but magic (loop variables, results being judged). */
export function scopeOf(
  host: HostState,
  view: PlayView | undefined,
  chain: Chain,
  context: RunContext,
  above: readonly Layer[] = [],
): Scope {
  const standing: Standing = { host, view, chain, context }
  const { extraVars, injectFacts } = context.options
  const roles = rolesSeen(standing)
  const [play, ...inner] = chain.keywords
  const ofRoles = new Set(chain.roles.map(({ keywords }) => keywords))
  const magic = magicOf(standing)
  const extra = layer(22, 'extra vars', extraVars)
  const upToPlay = [
    ...roles.flatMap((role) => layer(2, `defaults of role ${role.name}`, role.defaults)),
    ...host.host.layers,
    identityOf(host),
    ...layer(11, 'facts', host.facts.vars(injectFacts ?? true)),
    ...layer(12, 'play vars', play?.vars ?? new Map()),
  ]
  const files =
    view && play
      ? varsFiles(host, view.plan.play, context, (before) => new Scope([...upToPlay, ...before, ...extra], magic))
      : []
  return new Scope(
    [
      ...upToPlay,
      ...files,
      ...roles.flatMap((role) => layer(15, `vars of role ${role.name}`, role.vars)),
      ...chain.roles.flatMap((role) => layer(15, `vars where role ${role.name} is named`, role.keywords.vars)),
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

/** Roles whose defaults and vars are seen: those of the play, then those the task's role needs, then the roles around it. */
function rolesSeen({ view, chain }: Standing): readonly Role[] {
  const own = [...(chain.roles.at(-1)?.dependencies ?? []).flatMap(withDependencies), ...chain.roles]
  const others = view?.plan.exported ?? []
  return [...new Set([...others, ...own].toReversed())].toReversed()
}

const withDependencies = (role: Role): readonly Role[] => [...role.dependencies.flatMap(withDependencies), role]

/** What a host is called: above what its inventory says, below what a play sets, as in Ansible. */
function identityOf({ host }: HostState): VarLayer {
  const vars = new Map<string, Variable>([
    ['inventory_hostname', { value: host.name }],
    ['inventory_hostname_short', { value: host.name.split('.')[0] ?? host.name }],
    ['group_names', { value: host.groups }],
  ])
  return { name: `host ${host.name}`, level: 8, vars }
}

function magicOf(standing: Standing): Magic {
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
    given: { names: MAGIC_NAMES, get: (name, scope) => magicValue(name, standing, () => scope) },
    hostvars: {
      names: () => context.inventory.hosts.keys(),
      // As in Ansible these are the variables a host has without any play.
      scope: (name) => {
        const other = context.hosts.get(name)
        return other && scopeOf(other, undefined, NOWHERE, context)
      },
    },
  }
}
