import { KplayError } from '../../errors.ts'
import type { Raw, Value, Variable, Vars } from '../../value.ts'
import { condition } from '../../values/condition.ts'
import { Scope, type Layer } from '../../values/scope.ts'
import { evaluate } from '../../values/template.ts'
import type { YamlMap } from '../nodes.ts'
import type { DraftHost } from './graph.ts'
import { KEYED, keyedGroups, readKeyed, type Keyed } from './keyed-groups.ts'
import { forcedName } from './names.ts'
import { Options } from './options.ts'
import type { PluginPorts } from './plugin.ts'
import type { Source } from './source.ts'

const KNOWN = [
  'plugin',
  'strict',
  'compose',
  'groups',
  'keyed_groups',
  'use_extra_vars',
  'use_vars_plugins',
  'leading_separator',
]

interface Constructed {
  readonly compose: readonly (readonly [string, Raw])[]
  readonly groups: readonly (readonly [string, Raw])[]
  readonly keyed: readonly Keyed[]
  readonly strict: boolean
  readonly extra: readonly Layer[]
}

/** Ansible's `constructed`: variables and groups computed from the variables of the hosts read so far. */
export function construct(config: YamlMap, source: Source, ports: PluginPorts): void {
  const { problems } = source
  const options = new Options(config, KNOWN, problems)
  const leading = options.flag('leading_separator', true)
  const constructed: Constructed = {
    compose: options.expressions('compose'),
    groups: options.expressions('groups'),
    keyed: options
      .maps('keyed_groups')
      .flatMap((map) => problems.collect(() => readKeyed(new Options(map, KEYED, problems), leading)) ?? []),
    strict: options.flag('strict', false),
    extra: options.flag('use_extra_vars', false) ? [{ name: 'extra vars', vars: ports.extraVars }] : [],
  }
  const layersOf = ports.hostLayers(options.flag('use_vars_plugins', false))
  // The same mistake would meet every host: one of them tells it.
  problems.collect(() => {
    for (const host of [...source.graph.hosts.values()])
      constructHost(host, constructed, source, () => {
        return new Scope(layersOf(host), { ...ports.magic, values: magicOf(host, source) })
      })
  })
}

function constructHost(host: DraftHost, config: Constructed, source: Source, scope: () => Scope): void {
  const { graph } = source
  const { strict, extra } = config
  const before = scope().with(...extra)
  const composed = new Map<string, Variable>()
  for (const [name, raw] of config.compose) {
    const value = attempt(`cannot compose ${name} for the host ${host.name}`, strict, () => evaluate(raw, before))
    if (value !== undefined) composed.set(name, { value, place: placeOf(raw) })
  }
  graph.hostVars(host.name, composed)

  // With what was composed.
  const after = scope()
  const withExtra = after.with(...extra)
  const join = (group: string): void => graph.host({ name: host.name, group, source: source.name })
  for (const [name, raw] of config.groups)
    if (
      attempt(`cannot tell whether the host ${host.name} is in the group ${name}`, strict, () => condition(raw, after))
    )
      join(groupIn(source, forcedName(name), raw))
  for (const keyed of config.keyed) {
    const task = `cannot tell the group of the host ${host.name}`
    const names = attempt(task, strict, () => keyedGroups(keyed, after, withExtra, strict))
    for (const { group, parent } of names ?? []) {
      join(groupIn(source, group, keyed.key))
      if (parent !== undefined) graph.child(groupIn(source, parent, keyed.key), group, placeOf(keyed.key))
    }
  }
}

function groupIn({ graph }: Source, name: string, raw: Raw): string {
  graph.group(name, placeOf(raw))
  return name
}

/** What may fail where a host lacks a variable, unless `strict` says that it must not. */
function attempt<T extends Value | readonly object[]>(task: string, strict: boolean, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof KplayError)) throw error
    if (!strict && error.code !== 'BAD_YAML') return undefined
    const { code, hint, place, message } = error
    throw new KplayError(code, `${task}: ${message}`, { hint, place, cause: error })
  }
}

const placeOf = (raw: Raw): Variable['place'] =>
  typeof raw === 'object' && raw !== null && 'place' in raw ? raw.place : undefined

function magicOf({ name, groups }: DraftHost, { graph }: Source): Vars {
  const names = [...graph.above(groups)].filter((group) => group !== 'all').sort()
  return new Map<string, Variable>([
    ['inventory_hostname', { value: name }],
    ['inventory_hostname_short', { value: shortName(name) }],
    ['group_names', { value: names }],
  ])
}

const shortName = (name: string): string =>
  /^\d+(?:\.\d+){3}$/.test(name) || name.includes(':') ? name : (name.split('.')[0] ?? name)
