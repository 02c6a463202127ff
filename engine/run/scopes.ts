import type { Role } from '../model.ts'
import type { Layer } from '../values/scope.ts'
import { Scope } from '../values/scope.ts'
import { fromPlain, type Value, type Variable, type Vars } from '../value.ts'
import type { Chain } from './chain.ts'
import type { RunContext } from './context.ts'
import type { PlannedPlay } from './plan.ts'
import type { HostState } from './state.ts'

/** What is the same for all tasks of a play's batch. */
export interface PlayView {
  readonly plan: PlannedPlay
  readonly name: string
  /** Hosts of the whole play, and of the current batch, by name. */
  readonly allHosts: readonly string[]
  readonly batch: readonly string[]
}

const layer = (name: string, vars: Vars): Layer[] => (vars.size > 0 ? [{ name, vars }] : [])
const variables = (plain: Readonly<Record<string, Value | undefined>>): Vars =>
  new Map(
    Object.entries(plain).flatMap(([name, value]): [string, Variable][] =>
      value === undefined ? [] : [[name, { value }]],
    ),
  )

/** Every variable a host sees at one point of a play, in Ansible's 22 levels. `above` wins over all but magic (loop variables, results being judged). */
export function scopeOf(
  host: HostState,
  view: PlayView | undefined,
  chain: Chain,
  context: RunContext,
  above: readonly Layer[] = [],
): Scope {
  const { extraVars } = context.options
  const others = view?.plan.exported ?? []
  const own = chain.roles
  const roles: readonly Role[] = [...others.filter((role) => !own.includes(role)), ...own]
  const [play, ...inner] = chain.keywords
  return new Scope(
    [
      ...roles.flatMap((role) => layer(`defaults of role ${role.name}`, role.defaults)),
      ...host.host.layers,
      ...layer('facts', host.facts.vars(true)),
      ...layer('play vars', play?.vars ?? new Map()),
      ...layer('vars_files', host.filesVars),
      ...roles.flatMap((role) => layer(`vars of role ${role.name}`, role.vars)),
      ...inner.flatMap((keywords) => layer('vars', keywords.vars)),
      ...layer('include_vars', host.included),
      ...layer('set_fact and register', host.registered),
      ...own.flatMap((role) => layer(`parameters of role ${role.name}`, role.params)),
      ...(chain.includeParams ?? []).flatMap((vars) => layer('parameters of the include', vars)),
      ...layer('extra vars', extraVars),
      ...above,
    ],
    magic(host, view, chain, context),
  )
}

function magic(
  host: HostState,
  view: PlayView | undefined,
  chain: Chain,
  context: RunContext,
): ConstructorParameters<typeof Scope>[1] {
  const { inventory, options, playbook } = context
  const role = chain.roles.at(-1)
  const parents = chain.roles.slice(0, -1)
  const groups = (): Value => new Map([...inventory.groups.values()].map(({ name, hosts }) => [name, [...hosts]]))
  const active = (): string[] => (view?.batch ?? []).filter((name) => context.hosts.get(name)?.status === 'active')
  const directory = (path: string): string => path.replace(/\/[^/]*$/, '') || '/'
  const values: Record<string, Value | undefined> = {
    inventory_hostname: host.name,
    inventory_hostname_short: host.name.split('.')[0] ?? host.name,
    inventory_file: inventory.sources[0] ?? null,
    inventory_dir: inventory.sources[0] === undefined ? null : directory(inventory.sources[0]),
    group_names: [...host.host.groups],
    playbook_dir: directory(playbook.path),
    role_name: role?.name,
    ansible_role_name: role?.name,
    role_path: role?.path,
    ansible_parent_role_names: parents.map(({ name }) => name),
    ansible_parent_role_paths: parents.map(({ path }) => path),
    ansible_play_name: view?.name,
    ansible_play_hosts_all: view && [...view.allHosts],
    ansible_check_mode: options.check,
    ansible_diff_mode: options.diff,
    ansible_forks: options.forks,
    ansible_limit: options.limitText,
    ansible_run_tags: options.tags.length > 0 ? [...options.tags] : ['all'],
    ansible_skip_tags: [...options.skipTags],
    ansible_verbosity: options.verbosity,
    ansible_version: fromPlain({ full: '2.19.0', major: 2, minor: 19, revision: 0, string: '2.19.0' }),
  }
  return {
    files: context.filesFor({
      role,
      file: role ? `${role.path}/tasks/main.yml` : playbook.path,
      playbook: playbook.path,
    }),
    values: variables(values),
    lazy: {
      groups,
      ansible_play_hosts: active,
      play_hosts: active,
      ansible_play_batch: active,
    },
    hostvars: {
      names: () => [...context.hosts.keys()],
      scope: (name) => {
        const other = context.hosts.get(name)
        return other && scopeOf(other, view, { keywords: chain.keywords.slice(0, 1), roles: [] }, context)
      },
    },
  }
}
