import type { Role } from '../model.ts'
import { fromPlain, type Value } from '../value.ts'
import { mustRender } from '../values/lazy.ts'
import { evaluate } from '../values/template.ts'
import type { Scope } from '../values/scope.ts'
import type { Chain } from './chain.ts'
import type { RunContext } from './context.ts'
import { shortRoleName } from './role-name.ts'
import type { HostState } from './state.ts'
import type { PlayView } from './scopes.ts'

/** Where a scope stands. Without a play it is what `hostvars` shows of a host. */
export interface Standing {
  readonly host: HostState
  readonly view: PlayView | undefined
  readonly chain: Chain
  readonly context: RunContext
}

/** Without a scope nothing is rendered. */
type Give = (standing: Standing, scope?: () => Scope) => Value | undefined

/** The variables that the engine gives and nobody can override; what is undefined here is no variable there. */
const MAGIC: Readonly<Record<string, Give>> = {
  playbook_dir: ({ context }) => folderOf(context.playbook.path),
  groups: ({ context }) => new Map([...context.inventory.groups.values()].map(({ name, hosts }) => [name, [...hosts]])),
  ansible_config_file: ({ context }) => context.options.configFile ?? null,
  ansible_playbook_python: ({ context }) => context.options.python ?? '/usr/bin/python3',
  ansible_version: () => VERSION,
  ansible_check_mode: ({ context }) => context.options.check,
  ansible_diff_mode: ({ context }) => context.options.diff,
  ansible_forks: ({ context }) => context.options.forks,
  ansible_inventory_sources: ({ context }) => [...(context.options.inventorySources ?? context.inventory.sources)],
  ansible_limit: ({ context }) => context.options.limitText,
  ansible_run_tags: ({ context: { options } }) => (options.tags.length > 0 ? [...options.tags] : ['all']),
  ansible_skip_tags: ({ context }) => [...context.options.skipTags],
  ansible_verbosity: ({ context }) => context.options.verbosity,

  ansible_play_name: ({ view }) => view?.name,
  ansible_play_hosts_all: ({ view }) => view && [...view.allHosts],
  ansible_play_hosts: ({ view, context }) => view && active(view.allHosts, context),
  ansible_play_batch: ({ view, context }) => view && active(view.batch, context),
  play_hosts: ({ view, context }) => view && active(view.batch, context),
  ansible_play_role_names: ({ view }) => view && names(exported(view)),
  role_names: ({ view }) => view && names(exported(view)),
  ansible_dependent_role_names: ({ view }) => view && [...new Set(names(dependenciesOf(exported(view))))],
  ansible_role_names: ({ view }) =>
    view && [...new Set([...names(dependenciesOf(exported(view))), ...names(exported(view))])],

  role_name: ({ chain }) => chain.roles.slice(-1).map(shortRoleName)[0],
  ansible_role_name: ({ chain }) => chain.roles.at(-1)?.name,
  role_path: ({ chain }) => chain.roles.at(-1)?.path,
  ansible_collection_name: ({ chain }) => chain.roles.slice(-1).map(({ collection = null }) => collection)[0],
  ansible_parent_role_names: ({ chain }) => unlessEmpty(names(includers(chain.roles))),
  ansible_parent_role_paths: ({ chain }) => unlessEmpty(includers(chain.roles).map(({ path }) => path)),
  ansible_search_path: ({ chain, view, context }) =>
    view && [
      ...chain.roles.map(({ path }) => path).toReversed(),
      ...chain.roles.slice(-1).map(({ path }) => `${path}/tasks`),
      folderOf(context.playbook.path),
    ],
  environment: ({ chain, view }, scope) =>
    view &&
    chain.keywords.flatMap(({ environment }): readonly Value[] => {
      if (!environment) return []
      const value = mustRender(environment.value) ? scope && evaluate(environment.value, scope()) : environment.value
      if (value === undefined) return []
      return Array.isArray(value) ? (value as readonly Value[]) : [value]
    }),
}

/** The generation of Ansible whose language this is. */
const VERSION = fromPlain({ string: '2.21.5', full: '2.21.5', major: 2, minor: 21, revision: 5 })

export const isMagic = (name: string): boolean => Object.hasOwn(MAGIC, name)

/** Those that there are: what would have to be rendered is not looked at, as one that fails asks for all names. */
export const magicNames = (standing: Standing): readonly string[] =>
  Object.keys(MAGIC).filter((name) => magicValue(name, standing) !== undefined)

/** A magic variable; undefined: there is none of that name there. */
export const magicValue = (name: string, standing: Standing, scope?: () => Scope): Value | undefined =>
  isMagic(name) ? MAGIC[name]?.(standing, scope) : undefined

const folderOf = (path: string): string => path.replace(/\/[^/]*$/, '') || '/'

const active = (hosts: readonly string[], { hosts: states }: RunContext): Value =>
  hosts.filter((name) => states.get(name)?.status === 'active')

const names = (roles: readonly Role[]): string[] => roles.map(({ name }) => name)

const unlessEmpty = (values: readonly string[]): Value | undefined => (values.length > 0 ? values : undefined)

/** The roles a play names itself, without those they depend on; included ones as often as they were. */
function exported({ plan }: PlayView): readonly Role[] {
  const needed = new Set(dependenciesOf(plan.exported))
  return plan.exported.filter((role) => !needed.has(role))
}

const dependenciesOf = (roles: readonly Role[]): Role[] =>
  roles.flatMap(({ dependencies }) => [...dependenciesOf(dependencies), ...dependencies])

/** Roles whose tasks include the one at the end, the nearest first; who only depends on it is none of them. */
const includers = (roles: readonly Role[]): readonly Role[] =>
  roles.filter((role, index) => roles[index + 1] && !role.dependencies.includes(roles[index + 1] as Role)).toReversed()
