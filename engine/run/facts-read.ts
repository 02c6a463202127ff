import { KplayError } from '../errors.ts'
import type { ModuleDefaults, Play, Role, Task } from '../model.ts'
import { Template, type Raw, type Vars } from '../value.ts'
import { walk, type AnyNode, type FilterNode } from '../values/nodes.ts'
import { parseTemplate } from '../values/parse.ts'
import { names as namesIn } from '../values/used-names.ts'
import { actionNamed } from './actions.ts'
import type { RunContext } from './context.ts'
import { isFact } from './known-facts.ts'
import { isMagic } from './magic.ts'
import { LOCAL, patternScope } from './scopes.ts'

/** Names of facts without their prefix; undefined: it can be any. */
export type FactsRead = ReadonlySet<string> | undefined

interface RunPlay {
  readonly play: Play
  readonly context: RunContext
}

/**
 * The facts that anything in these plays can read, so that no host is asked for others. Every template counts, wherever
 * it stands and whether or not its task will run. What is known only later, as the file that a variable names, can
 * read any.
 */
export function factsRead(plays: readonly RunPlay[]): FactsRead {
  const [first] = plays
  if (!first) return new Set()
  const search = new Search(first.context)
  try {
    const { inventory, options } = first.context
    const implicit = LOCAL.map((name) => inventory.implicit(name))
    for (const { layers } of [...inventory.hosts.values(), ...implicit]) search.visit(layers)
    search.visit(options.extraVars)
    for (const { play, context } of plays) {
      search.visit(play)
      search.visit(variablesIn(play, context))
      for (const text of search.templateFiles(context)) search.visit(new Template(text))
    }
    return search.found
  } catch (error) {
    if (error === ANY) return undefined
    throw error
  }
}

/** What is in the files of `vars_files`; their names may hold variables of a host. */
function variablesIn(play: Play, context: RunContext): Vars[] {
  const where = { file: play.place.file, playbook: context.playbook.path, scope: patternScope(play, context) }
  return play.varsFiles
    .flatMap(({ value }) => value)
    .flatMap((name) => (typeof name === 'string' ? (tried(() => context.readVars(name, where)) ?? []) : any()))
}

/** What cannot be read is told where it is used. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof KplayError) return undefined
    throw error
  }
}

const ANY = new Error('any fact can be read')
const any = (): never => {
  throw ANY
}

const PREFIX = 'ansible_'

/** What may hold a template: all of a play but where it was written. */
const NO_TEMPLATES = new Set(['place', 'keyPlace', 'actionPlace', 'argumentSpec'])

/** They bring variables that nobody has seen yet: of files, or of groups that were empty. */
const LATER = new Set(['include_vars', 'group_by', 'add_host'])

/** Lookups as loops that can touch any variable. */
const LOOPS = new Set(['vars', 'varnames', 'template'])

/** It brings another file's text into the template. */
const BRINGS = /\{%[-+]?\s*(?:include|import|from|extends)\b/
/** A template file that says itself how it is to be read. */
const OWN_SYNTAX = /^#jinja2:/
const SYNTAX = /^(?:variable|block|comment)_(?:start|end)_string$/

/** Of the names that begin like facts, those that the engine gives where they mean something. */
const NO_FACTS = new Set(['managed', 'loop', 'loop_var', 'index_var', 'failed_task', 'failed_result'])

/** The names of a task's template files, also where they are made of the items of a list; undefined: nobody knows yet. */
function sourcesOf({ args, loop, loopLookup, loopControl }: Task): readonly string[] | undefined {
  const src = args.get('src')?.value
  if (typeof src === 'string') return [src]
  const items = loopLookup === undefined || loopLookup === 'items' ? loop?.value : undefined
  if (!(src instanceof Template) || !Array.isArray(items) || loopControl.loopVar) return undefined
  const names = items.map((item: Raw) =>
    typeof item === 'string' ? src.source.replace(/\{\{\s*item\s*\}\}/g, () => item) : '{{',
  )
  return names.some((name) => /\{[{%]/.test(name)) ? undefined : names
}

/** All variables of this host or of others, by name. */
const DICTS = new Set(['ansible_facts', 'hostvars'])

type Tree = Parameters<typeof walk>[0]

interface Path {
  /** The dict, then what is looked up in it; undefined where that is computed. */
  readonly names: readonly (string | undefined)[]
  /** What computes it. */
  readonly keys: readonly Tree[]
}

/** `hostvars[h].x['y']`, as far as it begins with one of the dicts. */
function pathIn(node: AnyNode): Path | undefined {
  if (node.typename === 'Filter') return extracted(node)
  if (node.typename === 'Symbol') return DICTS.has(node.value) ? { names: [node.value], keys: [] } : undefined
  if (node.typename !== 'Attribute' && node.typename !== 'LookupVal') return undefined
  const path = pathIn(node.target)
  if (!path) return undefined
  if (node.typename === 'Attribute') return { ...path, names: [...path.names, node.name] }
  const name = literal(node.val)
  return { names: [...path.names, name], keys: [...path.keys, ...(name === undefined ? [node.val] : [])] }
}

const literal = (node: AnyNode | undefined): string | undefined =>
  node?.typename === 'Literal' && typeof node.value === 'string' ? node.value : undefined

/** `hosts | map('extract', hostvars, 'x')`, `host | extract(hostvars, ['x', 'y'])` */
function extracted({ name, args: { children } }: FilterNode): Path | undefined {
  const [hosts, ...rest] = children
  const mapped = name.value === 'map' && literal(rest[0]) === 'extract'
  const [dict, member, ...more] = mapped ? rest.slice(1) : rest
  if ((!mapped && name.value !== 'extract') || more.length > 0) return undefined
  if (dict?.typename !== 'Symbol' || dict.value !== 'hostvars' || !hosts) return undefined
  const names = member?.typename === 'Array' ? member.children.map(literal) : [literal(member)]
  return { names: [dict.value, undefined, ...names], keys: [hosts] }
}

class Search {
  readonly found = new Set<string>()
  readonly #seen = new WeakSet<object>()
  readonly #roles = new Set<Role | undefined>([undefined])
  readonly #files: { readonly src: string; readonly file: string }[] = []
  readonly #context: RunContext

  constructor(context: RunContext) {
    this.#context = context
  }

  visit(value: unknown): void {
    if (value === null || typeof value !== 'object' || this.#seen.has(value)) return
    this.#seen.add(value)
    if (value instanceof Template) this.#template(value)
    else if (value instanceof Map || Array.isArray(value))
      for (const item of value as Iterable<unknown>) this.visit(item)
    else this.#object(value as Readonly<Record<string, unknown>>)
  }

  #object(object: Readonly<Record<string, unknown>>): void {
    if (object['kind'] === 'task') this.#task(object as unknown as Task)
    if ('dependencies' in object) this.#roles.add(object as unknown as Role)
    for (const key in object) if (!NO_TEMPLATES.has(key)) this.visit(object[key])
  }

  #template(template: Template): void {
    const { source } = template
    if (!/ansible_|vars|template|lookup|query|\bq\b|\{%/.test(source)) return
    if (BRINGS.test(source)) any()
    const names = namesIn(template)
    for (const name of names) if (!DICTS.has(name)) this.#name(name)
    if ([...names].some((name) => DICTS.has(name))) this.#members(parseTemplate(template).tree)
  }

  #name(name: string): void {
    if (name === 'vars') any()
    if (name.startsWith(PREFIX) && isFact(name) && !isMagic(name)) this.#fact(name.slice(PREFIX.length))
  }

  #fact(name: string): void {
    if (!NO_FACTS.has(name)) this.found.add(name)
  }

  /** `ansible_facts.x`, `hostvars[h].x` and `map('extract', hostvars, 'x')`; whatever else is done with them can read any. */
  #members(node: Tree): void {
    walk(node, (each) => {
      const path = pathIn(each)
      if (!path) return undefined
      this.#path(path.names)
      for (const key of path.keys) this.#members(key)
      return false
    })
  }

  #path([dict, ...names]: readonly (string | undefined)[]): void {
    const [member, ...inner] = dict === 'hostvars' ? names.slice(1) : names
    if (member === undefined) any()
    else if (dict === 'ansible_facts') this.#fact(member)
    else if (member === 'ansible_facts') this.#path([member, ...inner])
    else this.#name(member)
  }

  #task(task: Task): void {
    const { args, keywords, includes, loopLookup = '', moreArgs, templatedAction } = task
    if (templatedAction || moreArgs || (includes && !includes.known) || LOOPS.has(loopLookup)) any()
    keywords.moduleDefaults?.forEach((defaults) => this.#defaults(defaults))
    const name = this.#actionName(task.action)
    const shown = args.get('var')?.value
    if (LATER.has(name ?? '') || (name === 'debug' && shown instanceof Template && !shown.expression)) any()
    if (name === 'meta' && [...args.values()].some(({ value }) => value === 'refresh_inventory')) any()
    if (name === 'template') this.#templateFile(task)
  }

  #actionName = (written: string): string | undefined => actionNamed(written, this.#context.registry)?.name

  #defaults({ module, more }: ModuleDefaults): void {
    const name = this.#actionName(module)
    // Their arguments may be expressions, or name a file.
    if (more || name === undefined || name === 'debug' || name === 'assert' || name === 'template') any()
  }

  /** Whichever role it is found for: that depends on who uses the task. */
  #templateFile(task: Task): void {
    const sources = sourcesOf(task)
    if (!sources || [...task.args.keys()].some((name) => SYNTAX.test(name))) return any()
    for (const src of sources) this.#files.push({ src, file: task.place.file })
  }

  /** The texts of the template files that were named since. */
  templateFiles({ filesFor, playbook }: RunContext): readonly string[] {
    const texts = new Map<string, string>()
    for (const { src, file } of this.#files.splice(0)) {
      const found = [...this.#roles].flatMap((role) => {
        const files = filesFor({ role, file, playbook: playbook.path })
        const path = files.resolve(src, 'templates')
        return path === undefined ? [] : [{ path, text: tried(() => files.readText(path)) }]
      })
      if (found.length === 0) any()
      for (const { path, text } of found) texts.set(path, text === undefined || OWN_SYNTAX.test(text) ? any() : text)
    }
    return [...texts.values()]
  }
}
