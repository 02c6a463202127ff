import type { Place } from '../../errors.ts'
import { didYouMean } from '../../schema/parse.ts'
import type { Variable } from '../../value.ts'
import { along } from '../nodes.ts'
import { readLiteral } from './literals.ts'
import { shellWords } from './shell-words.ts'
import type { Source } from './source.ts'

const SECTION = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?$/
const KINDS = ['hosts', 'vars', 'children'] as const
type Kind = (typeof KINDS)[number]

/** An INI inventory: `[group]`, `[group:vars]` and `[group:children]`. */
export function readIniInventory(text: string, source: Source): void {
  new IniReader(source).read(text)
}

class IniReader {
  readonly #source: Source
  #group = 'ungrouped'
  #kind: Kind = 'hosts'
  /** Groups named in a section of children or vars that have no section of their own yet, with their parents. */
  readonly #awaited = new Map<string, { readonly section: string; readonly place: Place; readonly parents: string[] }>()

  constructor(source: Source) {
    this.#source = source
  }

  read(text: string): void {
    for (const [index, written] of text.split(/\r?\n/).entries()) {
      const line = written.trim()
      const column = written.length - written.trimStart().length + 1
      const place = { file: this.#source.name, line: index + 1, column }
      if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
      if (!this.#section(line, place)) this.#entry(line, place)
    }
    for (const [name, { section, place }] of this.#awaited)
      this.#source.problems.add('BAD_YAML', `the section [${section}] names the group ${name}, which is nowhere`, {
        place,
        hint: didYouMean(name, [...this.#source.graph.groups.keys()]) ?? `add a section [${name}], which may be empty`,
      })
  }

  #section(line: string, place: Place): boolean {
    const [, written, part = 'hosts'] = SECTION.exec(line) ?? []
    if (written === undefined) return this.#isBroken(line, place)
    const kind = KINDS.find((each) => each === part)
    if (!kind) {
      const hint = didYouMean(part, ['vars', 'children']) ?? 'a section is [GROUP], [GROUP:vars] or [GROUP:children]'
      this.#source.problems.add('BAD_YAML', `unknown section [${written}:${part}]`, { place, hint })
      return true
    }
    const { graph } = this.#source
    const isNew = !graph.groups.has(this.#source.safe(written))
    this.#kind = kind
    this.#group = this.#source.group(written, kind === 'vars' ? undefined : place)
    if (kind !== 'vars') this.#declare(this.#group)
    else if (isNew && !this.#awaited.has(this.#group))
      this.#awaited.set(this.#group, { section: `${written}:vars`, place, parents: [] })
    return true
  }

  /** A group comes below its parents in the order in which the groups have their sections, as in Ansible. */
  #declare(group: string): void {
    const { parents = [], place } = this.#awaited.get(group) ?? {}
    this.#awaited.delete(group)
    for (const parent of parents) this.#source.child(parent, group, place)
  }

  #isBroken(line: string, place: Place): boolean {
    if (!line.startsWith('[') || !line.endsWith(']')) return false
    const hint = 'a section is [GROUP], [GROUP:vars] or [GROUP:children], without blanks'
    this.#source.problems.add('BAD_YAML', `${line} is no section`, { place, hint })
    return true
  }

  #entry(line: string, place: Place): void {
    if (this.#kind === 'hosts') this.#hosts(line, place)
    else if (this.#kind === 'vars') this.#variable(line, place)
    else this.#child(this.#source.safe(line.replace(/\s+[#;].*$/, '')), place)
  }

  #child(name: string, place: Place): void {
    const { graph, problems } = this.#source
    if (/[\s:\]]/.test(name))
      problems.add('BAD_YAML', `${name} is no name of a group`, { place, hint: 'one group a line, without variables' })
    else if (graph.groups.has(name) && !this.#awaited.has(name)) this.#source.child(this.#group, name, place)
    else {
      const awaited = this.#awaited.get(name) ?? { section: `${this.#group}:children`, place, parents: [] }
      awaited.parents.push(this.#group)
      this.#awaited.set(name, awaited)
    }
  }

  #variable(line: string, place: Place): void {
    const [, head = '', name, value = ''] = /^(([^=]*?)\s*=\s*)(.*)$/.exec(line) ?? []
    if (name === undefined || name === '')
      this.#source.problems.add('BAD_YAML', `${line} is no name=value`, {
        place,
        hint: `this is a [${this.#group}:vars] section`,
      })
    else
      this.#source.groupVars(
        this.#group,
        new Map([[name, { value: readLiteral(value, along(place, head.length)), place }]]),
      )
  }

  #hosts(line: string, place: Place): void {
    const words = shellWords(line, place)
    if (!words) this.#source.problems.add('BAD_YAML', 'a quote is not closed', { place })
    const [host, ...rest] = words ?? []
    if (!host) return
    const vars = new Map<string, Variable>()
    for (const { text, place: wordPlace } of rest) {
      const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
      if (name !== undefined)
        vars.set(name, { value: readLiteral(value, along(wordPlace, name.length + 1)), place: wordPlace })
      else
        this.#source.problems.add('BAD_YAML', `${text} is no name=value`, {
          place: wordPlace,
          hint: 'behind a host stand variables; a second host belongs on a line of its own',
        })
    }
    this.#source.hosts(host.text, this.#group, vars, host.place)
  }
}
