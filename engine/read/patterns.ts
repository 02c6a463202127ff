import { KplayError, type Place } from '../errors.ts'
import type { Group, Host } from '../model.ts'
import { nearest } from '../schema/parse.ts'
import { pythonRegex } from '../values/regex.ts'
import type { Files } from './files.ts'
import { LOCALHOST } from './inventory/finish.ts'
import { globExpression } from './glob.ts'

/** What a pattern is looked up in. */
export interface Hosts {
  readonly hosts: ReadonlyMap<string, Host>
  readonly groups: ReadonlyMap<string, Group>
  /** The host for a name of the controller itself. */
  implicit(name: string): Host
}

export interface SelectOptions {
  /** Where the pattern is written, for errors. */
  readonly place?: Place | undefined
  /** `--limit`: keeps only the hosts it selects too. */
  readonly limit?: string | undefined
  /** For `@file` in a limit: a list of patterns, one per line. */
  readonly files?: Files | undefined
  /** Is told of every name that is nothing, instead of an error being thrown: it may come to be while hosts are at work. */
  unknown?(error: KplayError): void
}

/**
 * The hosts a pattern names, in its order: names and groups, globs, `~regex`, `a:b` or `a,b`, `:&and`, `:!not`,
 * `group[0:2]` with an inclusive end. Unions come first, then intersections, then exclusions, however they are
 * written. Throws BAD_OPTIONS for a name that is nothing, with a suggestion.
 */
export function selectHosts(
  pattern: string | readonly string[],
  inventory: Hosts,
  { limit, files, ...options }: SelectOptions = {},
): readonly Host[] {
  const hosts = new Selection(inventory, options).evaluate([pattern].flat().flatMap(splitPattern))
  if (limit === undefined) return hosts
  const allowed = new Set(selectLimit(limit, inventory, files, options).map(({ name }) => name))
  return hosts.filter(({ name }) => allowed.has(name))
}

/** The hosts of `--limit`. Throws BAD_OPTIONS when it names nothing. */
export function selectLimit(
  limit: string,
  inventory: Hosts,
  files?: Files,
  { unknown }: Pick<SelectOptions, 'unknown'> = {},
): readonly Host[] {
  const place = { file: '--limit', line: 1, column: 1 }
  const patterns = splitPattern(limit).flatMap((part) =>
    part.startsWith('@') ? patternsIn(part.slice(1), files, place) : [part],
  )
  let isUnknown = false
  const told = (error: KplayError): void => {
    isUnknown = true
    unknown?.(error)
  }
  const hosts = new Selection(inventory, { place, ...(unknown && { unknown: told }) }).evaluate(patterns)
  if (hosts.length === 0 && !isUnknown)
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
  if (text === undefined) {
    const what = files?.isDirectory(path) ? `${path} is a folder, not a file` : `there is no file ${path}`
    throw new KplayError('NOT_FOUND', what, { place, hint: '@FILE names a file with a pattern on each line' })
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap(splitPattern)
}

/** Parts at commas, colons and blanks; a colon in brackets or in an IPv6 address parts nothing. */
export function splitPattern(pattern: string): readonly string[] {
  return pattern
    .split(/[,\s]+(?![^[]*\])/)
    .flatMap((part) => (isAddress(part.replace(/^[!&]/, '')) ? [part] : part.split(/:(?![^[]*\])/)))
    .filter((part) => part !== '')
}

const isAddress = (text: string): boolean =>
  /^[0-9a-fA-F.*?]*:[0-9a-fA-F:.*?]*:[0-9a-fA-F:.*?]*$/.test(text) &&
  (text.includes('::') || text.split(':').length === 8)

/** One pattern being looked up. */
class Selection {
  readonly #inventory: Hosts
  readonly #place: Place | undefined
  readonly #unknown: SelectOptions['unknown']

  constructor(inventory: Hosts, { place, unknown }: Pick<SelectOptions, 'place' | 'unknown'>) {
    this.#inventory = inventory
    this.#place = place
    this.#unknown = unknown
  }

  evaluate(parts: readonly string[]): readonly Host[] {
    const starting = (mark: string): string[] =>
      parts.filter((part) => part.startsWith(mark)).map((part) => part.slice(1))
    const added = parts.filter((part) => !/^[!&]/.test(part))
    // Nothing but exclusions and intersections: of all hosts.
    let hosts = unique(
      (added.length > 0 ? added : ['all']).flatMap((part) => this.#inventory.hosts.get(part) ?? this.#matching(part)),
    )
    for (const part of starting('&')) {
      const both = namesOf(this.#matching(part))
      hosts = hosts.filter(({ name }) => both.has(name))
    }
    for (const part of starting('!')) {
      const without = namesOf(this.#matching(part, { mayBeNothing: true }))
      hosts = hosts.filter(({ name }) => !without.has(name))
    }
    return hosts
  }

  #matching(part: string, { mayBeNothing = false } = {}): readonly Host[] {
    const [, base = part, slice] = /^([^~].*?)\[(-?\d+|-?\d*:-?\d*)\]$/s.exec(part) ?? []
    const hosts = this.#named(base)
    if (hosts) return slice === undefined ? hosts : sliced(hosts, slice)
    if (mayBeNothing && isWild(base)) return []
    const error = unmatched(base, this.#inventory, this.#place)
    if (!this.#unknown) throw error
    this.#unknown(error)
    return []
  }

  /** undefined: nothing bears the name. A group may well be empty. */
  #named(text: string): readonly Host[] | undefined {
    const { groups, hosts } = this.#inventory
    const hostsOf = (group: string): readonly Host[] =>
      (groups.get(group)?.hosts ?? []).flatMap((name) => hosts.get(name) ?? [])
    const group = text === '*' ? 'all' : text
    if (groups.has(group)) return hostsOf(group)
    const host = hosts.get(text)
    if (host) return [host]
    if (LOCALHOST.includes(text)) return [this.#inventory.implicit(text)]
    if (!isWild(text)) return undefined

    const matches = matcher(text, this.#place)
    const matching = [...groups.keys()].filter(matches)
    const found = unique([...matching.flatMap(hostsOf), ...[...hosts.values()].filter(({ name }) => matches(name))])
    return found.length > 0 || matching.length > 0 ? found : undefined
  }
}

const namesOf = (hosts: readonly Host[]): ReadonlySet<string> => new Set(hosts.map(({ name }) => name))

const unique = (hosts: readonly Host[]): readonly Host[] => [
  ...new Map(hosts.map((host) => [host.name, host])).values(),
]

const isWild = (text: string): boolean => text.startsWith('~') || /[*?[]/.test(text)

function matcher(text: string, place: Place | undefined): (name: string) => boolean {
  try {
    const expression = text.startsWith('~') ? pythonRegex(text.slice(1), {}, 'start') : globExpression(text)
    return (name) => {
      expression.lastIndex = 0
      return expression.test(name)
    }
  } catch (cause) {
    throw new KplayError('BAD_OPTIONS', `${text} is no regular expression`, { place, cause })
  }
}

/** `[2]`, `[-1]`, `[1:]`, `[:3]`, `[0:2]`: the end is included. */
function sliced(hosts: readonly Host[], slice: string): readonly Host[] {
  const position = (text: string, missing: number): number => {
    const index = text === '' ? missing : Number(text)
    return index < 0 ? hosts.length + index : index
  }
  if (!slice.includes(':'))
    return hosts[position(slice, 0)] ? hosts.slice(position(slice, 0), position(slice, 0) + 1) : []
  const [first = '', last = ''] = slice.split(':')
  return hosts.slice(Math.max(position(first, 0), 0), position(last, -1) + 1)
}

function unmatched(text: string, inventory: Hosts, place: Place | undefined): KplayError {
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
