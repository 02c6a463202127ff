import picomatch from 'picomatch'
import { KplayError, type Place } from '../errors.ts'
import type { Host, Inventory } from '../model.ts'
import { nearest } from '../schema/parse.ts'
import type { Files } from './files.ts'
import type { ReadInventory } from './inventory/read.ts'

const LOCALHOST = ['localhost', '127.0.0.1', '::1']

export interface SelectOptions {
  /** Where the pattern is written, for errors. */
  readonly place?: Place | undefined
  /** `--limit`: keeps only the hosts it selects too. */
  readonly limit?: string | undefined
  /** For `@file` in a limit: a list of patterns, one per line. */
  readonly files?: Files | undefined
}

/**
 * The hosts a pattern names, in its order: names and groups, globs, `~regex`, `a:b` or `a,b`, `:&and`, `:!not`,
 * `group[0:2]` with an inclusive end. Unions come first, then intersections, then exclusions, however they are
 * written. Throws BAD_OPTIONS for a name that is nothing, with a suggestion.
 */
export function selectHosts(
  pattern: string | readonly string[],
  inventory: ReadInventory,
  { place, limit, files }: SelectOptions = {},
): readonly Host[] {
  const hosts = evaluate([pattern].flat().flatMap(splitPattern), inventory, place)
  if (limit === undefined) return hosts
  const allowed = new Set(selectLimit(limit, inventory, files).map(({ name }) => name))
  return hosts.filter(({ name }) => allowed.has(name))
}

/** The hosts of `--limit`. Throws BAD_OPTIONS when it names nothing. */
export function selectLimit(limit: string, inventory: ReadInventory, files?: Files): readonly Host[] {
  const place = { file: '--limit', line: 1, column: 1 }
  const hosts = evaluate(
    splitPattern(limit).flatMap((part) => (part.startsWith('@') ? patternsIn(part.slice(1), files, place) : [part])),
    inventory,
    place,
  )
  if (hosts.length === 0)
    throw new KplayError('BAD_OPTIONS', `--limit ${limit} leaves no host`, {
      hint: `the inventory has the hosts ${someOf(inventory.hosts.keys())} and the groups ${someOf(inventory.groups.keys())}`,
    })
  return hosts
}

const SHOWN = 12

function someOf(keys: Iterable<string>): string {
  const names = [...keys]
  const more = names.length - SHOWN
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function patternsIn(path: string, files: Files | undefined, place: Place): readonly string[] {
  const text = files?.readText(path)
  if (text === undefined) throw new KplayError('NOT_FOUND', `there is no file ${path}`, { place })
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap(splitPattern)
}

/** Parts at commas and colons; a colon in brackets or in an IPv6 address parts nothing. */
export function splitPattern(pattern: string): readonly string[] {
  return pattern
    .split(/,(?![^[]*\])/)
    .flatMap((part) => (isAddress(part.trim().replace(/^[!&]/, '')) ? [part] : part.split(/:(?![^[]*\])/)))
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

const isAddress = (text: string): boolean =>
  /^[0-9a-fA-F.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(text) && (text.includes('::') || text.split(':').length === 8)

function evaluate(parts: readonly string[], inventory: ReadInventory, place: Place | undefined): readonly Host[] {
  const starting = (mark: string): string[] =>
    parts.filter((part) => part.startsWith(mark)).map((part) => part.slice(1))
  const named = parts.filter((part) => !/^[!&]/.test(part))
  const look = (part: string): readonly Host[] => matching(part, inventory, place)
  // Nothing but exclusions and intersections: of all hosts.
  let hosts = unique((named.length > 0 ? named : ['all']).flatMap(look))
  for (const part of starting('&')) {
    const both = new Set(look(part).map(({ name }) => name))
    hosts = hosts.filter(({ name }) => both.has(name))
  }
  for (const part of starting('!')) {
    const without = new Set(matching(part, inventory, place, { mayBeNothing: true }).map(({ name }) => name))
    hosts = hosts.filter(({ name }) => !without.has(name))
  }
  return hosts
}

const unique = (hosts: readonly Host[]): readonly Host[] => [
  ...new Map(hosts.map((host) => [host.name, host])).values(),
]

function matching(
  part: string,
  inventory: ReadInventory,
  place: Place | undefined,
  { mayBeNothing = false } = {},
): readonly Host[] {
  const [, base = part, slice] = /^([^~].*?)\[(-?\d+|-?\d*:-?\d*)\]$/s.exec(part) ?? []
  const hosts = named(base, inventory, place)
  if (hosts === undefined) {
    if (mayBeNothing && isWild(base)) return []
    throw unmatched(base, inventory, place)
  }
  return slice === undefined ? hosts : sliced(hosts, slice)
}

const isWild = (text: string): boolean => text.startsWith('~') || /[*?[]/.test(text)

/** undefined: nothing bears the name. A group may well be empty. */
function named(text: string, inventory: ReadInventory, place: Place | undefined): readonly Host[] | undefined {
  const { groups, hosts } = inventory
  const hostsOf = (group: string): readonly Host[] =>
    (groups.get(group)?.hosts ?? []).flatMap((name) => hosts.get(name) ?? [])
  const group = text === '*' ? 'all' : text
  if (groups.has(group)) return hostsOf(group)
  const host = hosts.get(text)
  if (host) return [host]
  if (LOCALHOST.includes(text)) return [inventory.implicit(text)]
  if (!isWild(text)) return undefined

  const matches = matcher(text, place)
  const found = [
    ...[...groups.keys()].filter(matches).flatMap(hostsOf),
    ...[...hosts.values()].filter(({ name }) => matches(name)),
  ]
  const any = found.length > 0 || [...groups.keys()].some(matches)
  return any ? unique(found) : undefined
}

function matcher(text: string, place: Place | undefined): (name: string) => boolean {
  if (!text.startsWith('~')) {
    const matches = picomatch(text, { dot: true, bash: true, noextglob: true, nobrace: true })
    return (name) => matches(name)
  }
  try {
    const pattern = new RegExp(`^(?:${text.slice(1)})`)
    return (name) => pattern.test(name)
  } catch (cause) {
    throw new KplayError('BAD_OPTIONS', `${text} is no regular expression`, { place, cause })
  }
}

/** `[2]`, `[-1]`, `[1:]`, `[:3]`, `[0:2]`: the end is included. */
function sliced(hosts: readonly Host[], slice: string): readonly Host[] {
  const place = (text: string, missing: number): number => {
    const index = text === '' ? missing : Number(text)
    return index < 0 ? hosts.length + index : index
  }
  if (!slice.includes(':')) return hosts.slice(place(slice, 0), place(slice, 0) + 1)
  const [first = '', last = ''] = slice.split(':')
  return hosts.slice(Math.max(place(first, 0), 0), place(last, -1) + 1)
}

function unmatched(text: string, inventory: Inventory, place: Place | undefined): KplayError {
  const known = [...inventory.groups.keys(), ...inventory.hosts.keys(), 'localhost']
  const meant = isWild(text) ? undefined : nearest(text, known)
  const groups = [...inventory.groups.keys()].filter((name) => name !== 'ungrouped')
  return new KplayError('BAD_OPTIONS', `no host or group ${isWild(text) ? 'matches' : 'is called'} ${text}`, {
    place,
    hint:
      inventory.hosts.size === 0
        ? 'the inventory has no hosts: name one with -i'
        : meant
          ? `did you mean ${meant}?`
          : `the inventory has the hosts ${someOf(inventory.hosts.keys())} and the groups ${someOf(groups)}`,
  })
}
