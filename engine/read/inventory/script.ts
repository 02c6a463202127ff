import { KplayError, type Place } from '../../errors.ts'
import { Encrypted, isDict, type Raw, type Value } from '../../value.ts'
import { readJson } from '../../values/json.ts'
import { isTemplate, rawText } from '../nodes.ts'
import { dictOf, namesOf, varsOf } from './data.ts'
import type { Source } from './source.ts'

/** What an inventory script printed: for `--list`, and for `--host NAME` where that was asked. */
export interface ScriptAnswer {
  readonly list: string
  readonly hosts: ReadonlyMap<string, string>
}

const PARTS = ['hosts', 'vars', 'children']

/**
 * The hosts a script has to be asked about one by one, because its list says nothing about their variables.
 * Throws BAD_YAML when the list is no JSON object.
 */
export function hostsToAsk(list: string, script: string): readonly string[] {
  const answer = readAnswer(list, placeOf(script))
  if (answer.has('_meta')) return []
  const named = [...answer].flatMap(([name, group]): readonly Value[] => {
    const hosts = isDict(group) ? group.get('hosts') : group
    if (Array.isArray(hosts)) return hosts as readonly Value[]
    return isDict(group) && isHost(group) ? [name] : []
  })
  return [...new Set(named.filter((name) => typeof name === 'string'))]
}

/** The answer of an inventory script: groups, as lists of hosts or with hosts, vars and children. */
export function readScriptInventory(answer: ScriptAnswer, source: Source, { trusted }: { trusted: boolean }): void {
  const place = placeOf(source.name)
  const reader = new ScriptReader(source, place, trusted)
  source.problems.collect(() => reader.read(readAnswer(answer.list, place), answer.hosts))
}

class ScriptReader {
  readonly #source: Source
  readonly #place: Place
  readonly #trusted: boolean
  readonly #hosts = new Set<string>()
  #untrusted: string | undefined

  constructor(source: Source, place: Place, trusted: boolean) {
    this.#source = source
    this.#place = place
    this.#trusted = trusted
  }

  read(answer: ReadonlyMap<string, Value>, asked: ReadonlyMap<string, string>): void {
    const place = this.#place
    for (const [name, group] of answer) if (name !== '_meta') this.#group(name, group)
    const meta = answer.get('_meta')
    const known = isDict(meta) ? meta.get('hostvars') : undefined
    const hostvars = known === undefined ? undefined : dictOf('_meta.hostvars', known, this.#source, place)
    for (const host of this.#hosts) {
      const text = asked.get(host)?.trim() ?? ''
      const vars = hostvars?.get(host) ?? (text === '' ? undefined : readAnswer(text, place, ` about ${host}`))
      const read = varsOf(`what it says about ${host}`, vars, this.#source, place, (value) => this.#raw(value))
      this.#source.graph.hostVars(host, read)
    }
    if (this.#untrusted !== undefined)
      this.#source.warn(
        `templates in what a script prints stay text, such as ${this.#untrusted}: what a program prints is data. trust_inventory_scripts: true in kplay.yml renders them`,
        place,
      )
  }

  #group(written: string, value: Value): void {
    const place = this.#place
    const group = this.#source.group(written, place)
    if (Array.isArray(value)) this.#add(group, namesOf(`the group ${group}`, value, this.#source, place))
    else if (isDict(value) && isHost(value)) {
      this.#add(group, [group])
      this.#source.groupVars(
        group,
        varsOf(group, value, this.#source, place, (item) => this.#raw(item)),
      )
    } else this.#parts(group, dictOf(`the group ${group}`, value, this.#source, place) ?? new Map<string, Value>())
  }

  #parts(group: string, parts: ReadonlyMap<string, Value>): void {
    const place = this.#place
    this.#add(group, namesOf(`hosts of ${group}`, parts.get('hosts'), this.#source, place))
    const vars = varsOf(`vars of ${group}`, parts.get('vars'), this.#source, place, (item) => this.#raw(item))
    this.#source.groupVars(group, vars)
    for (const child of namesOf(`children of ${group}`, parts.get('children'), this.#source, place))
      this.#source.child(group, this.#source.group(child, place), place)
  }

  #add(group: string, names: readonly string[]): void {
    for (const name of names) {
      this.#hosts.add(name)
      this.#source.graph.host({ name, group, source: this.#source.name, place: this.#place })
    }
  }

  /** A value with what Ansible marks in JSON: encrypted texts, and those that are never templates. */
  #raw(value: Value): Raw {
    if (typeof value === 'string') {
      if (this.#trusted) return rawText(value, this.#place)
      if (isTemplate(value)) this.#untrusted ??= value
      return value
    }
    if (Array.isArray(value)) return value.map((item: Value) => this.#raw(item))
    if (!isDict(value)) return value
    const [unsafe, vault] = [value.get('__ansible_unsafe'), value.get('__ansible_vault')]
    if (typeof unsafe === 'string') return unsafe
    if (typeof vault === 'string') return new Encrypted(vault, this.#place)
    return new Map([...value].map(([key, item]) => [key, this.#raw(item)]))
  }
}

/** Old scripts print a host's variables where a group belongs. */
const isHost = (value: ReadonlyMap<Value, Value>): boolean => !PARTS.some((part) => value.has(part))

const placeOf = (script: string): Place => ({ file: script, line: 1, column: 1 })

function readAnswer(text: string, place: Place, about = ''): ReadonlyMap<string, Value> {
  const refuse = (why: string, cause?: unknown): KplayError =>
    new KplayError('BAD_YAML', `what the inventory script prints${about} ${why}`, {
      place,
      cause,
      hint: `see for yourself: ${place.file} --list`,
    })
  let value: Value
  try {
    value = readJson(text)
  } catch (error) {
    throw refuse(`is no JSON: ${shown(text)}`, error)
  }
  if (isDict(value)) return value as ReadonlyMap<string, Value>
  throw refuse('is no JSON object of groups')
}

function shown(text: string): string {
  const [line = ''] = text.trim().split('\n')
  return line === '' ? 'it is empty' : line.slice(0, 60)
}
