import { KplayError, at } from '../errors.ts'
import { Encrypted, Template } from '../value.ts'
import type { Raw, Value, Variable, Vars } from '../value.ts'
import { computeTemplate } from './compute.ts'
import { LazyDict, lazyList, mustRender } from './lazy.ts'
import { Locked, Undefined } from './operand.ts'
import type { Operand } from './operand.ts'
import { own } from './own.ts'
import type { Files, Ports, Variables } from './surroundings.ts'

/** Variables of one origin. Neither the map nor what is in it may change once a scope has it. */
export interface Layer {
  /** What a person calls it: `group_vars/all`, `defaults of role kafka` … */
  readonly name: string
  /** Its number among Ansible's levels of precedence, where it has one. */
  readonly level?: number | undefined
  readonly vars: Vars
}

/** The other hosts, by name. */
export interface HostVariables {
  names(): Iterable<string>
  scope(name: string): Scope | undefined
}

/** What the engine itself gives: names that nobody can override, and ways to reach the controller. */
export interface Magic extends Omit<Ports, 'files'> {
  readonly files?: Files | undefined
  readonly values?: Vars | undefined
  /** Values that are made when somebody uses the name, at most once per scope. */
  readonly lazy?: Readonly<Record<string, () => Operand>> | undefined
  /** The same from one function for all names. */
  readonly given?:
    | {
        /** All of which there is a value; it is not made for that. */
        names(): readonly string[]
        get(name: string, scope: Scope): Operand | undefined
      }
    | undefined
  /** `hash_behaviour: merge`: of dicts the keys of all layers are seen, whatever the weaker ones say beside them. */
  readonly mergeDicts?: boolean | undefined
  readonly hostvars?: HostVariables | undefined
}

/** One definition of a variable. */
export interface Origin {
  readonly layer: string
  readonly level?: number
  readonly variable: Variable
}

const MAGIC = 'magic variables'

/** Which variable wins: of several layers with the same name the last one. */
export class Scope implements Variables {
  readonly layers: readonly Layer[]
  readonly magic: Magic
  private readonly rendered = new Map<string, Operand>()
  private readonly mergedDicts = new Map<string, Variable>()
  /** The variables being rendered right now, to notice when one needs itself. */
  private readonly rendering: string[] = []

  constructor(layers: readonly Layer[], magic: Magic = {}) {
    this.layers = layers
    this.magic = magic
  }

  /** A scope with more layers above those of this one. */
  with(...layers: readonly Layer[]): Scope {
    return new Scope([...this.layers, ...layers], this.magic)
  }

  get ports(): Ports {
    return this.magic
  }

  /** The variable that wins, unrendered. */
  lookup(name: string): Variable | undefined {
    const magic = this.magic.values?.get(name)
    if (magic) return magic
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const found = this.layers[index]?.vars.get(name)
      if (found) return this.magic.mergeDicts && isDict(found.value) ? this.merged(name, index, found) : found
    }
    return undefined
  }

  /** Below a dict only dicts count: anything else ends what is merged. */
  private merged(name: string, top: number, found: Variable): Variable {
    const known = this.mergedDicts.get(name)
    if (known) return known
    let value = found.value
    for (let index = top - 1; index >= 0; index--) {
      const weaker = this.layers[index]?.vars.get(name)
      if (weaker && !isDict(weaker.value)) break
      if (weaker) value = mergeDicts(weaker.value, value)
    }
    const variable = { ...found, value }
    this.mergedDicts.set(name, variable)
    return variable
  }

  /** Where the variable that wins is defined, of those that are written somewhere. */
  winner(name: string): { readonly level?: number | undefined; readonly variable: Variable } | undefined {
    const magic = this.magic.values?.get(name)
    if (magic) return { variable: magic }
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const layer = this.layers[index]
      const variable = layer?.vars.get(name)
      if (layer && variable) return { level: layer.level, variable }
    }
    return undefined
  }

  /** Everybody who defines the name, the weakest first: the last one wins. */
  origin(name: string): readonly Origin[] {
    const magic = this.magic.values
    const layers: readonly Layer[] = magic ? [...this.layers, { name: MAGIC, vars: magic }] : this.layers
    const written = layers.flatMap(({ name: layer, level, vars }): Origin[] => {
      const variable = vars.get(name)
      return variable ? [{ layer, variable, ...(level !== undefined && { level }) }] : []
    })
    const given = this.magic.given?.get(name, this)
    return given === undefined ? written : [...written, { layer: MAGIC, variable: { value: given as Value } }]
  }

  names(): Set<string> {
    const { values, lazy, hostvars, given } = this.magic
    const written = this.layers.flatMap(({ vars }) => [...vars.keys()])
    return new Set([
      ...written,
      ...(values?.keys() ?? []),
      ...Object.keys(lazy ?? {}),
      ...(given?.names() ?? []),
      ...(hostvars ? ['hostvars'] : []),
    ])
  }

  has(name: string): boolean {
    return this.lazily(name) !== undefined || this.lookup(name) !== undefined
  }

  /** The value with its templates rendered as far as they are looked into; undefined when nobody defines it. */
  get(name: string): Operand | undefined {
    const known = this.rendered.get(name)
    if (known !== undefined) return known
    const lazily = this.lazily(name)
    const value = lazily ? lazily() : this.render(name)
    if (value !== undefined) this.rendered.set(name, value)
    return value
  }

  private lazily(name: string): (() => Operand) | undefined {
    const { lazy, hostvars, given } = this.magic
    const found = lazy && own(lazy, name)
    if (found) return found
    const value = given?.get(name, this)
    if (value !== undefined) return () => value
    return name === 'hostvars' && hostvars ? () => hostsDict(hostvars) : undefined
  }

  private render(name: string): Operand | undefined {
    const variable = this.lookup(name)
    if (!variable) return name === 'vars' ? scopeDict(this) : undefined
    if (!mustRender(variable.value)) return variable.value
    if (this.rendering.includes(name)) throw this.recursion(name, variable)
    this.rendering.push(name)
    try {
      return renderRaw(variable.value, this)
    } catch (error) {
      throw at(variable.place, error)
    } finally {
      this.rendering.pop()
    }
  }

  private recursion(name: string, { place }: Variable): KplayError {
    const chain = [...this.rendering.slice(this.rendering.indexOf(name)), name]
    return new KplayError('EVALUATION', `a variable needs itself: ${chain.join(' → ')}`, { place })
  }
}

const isDict = (raw: Raw): raw is ReadonlyMap<Value, Raw> => raw instanceof Map

/** Two dicts as one, dicts within them too; anything else of the stronger one counts as a whole. */
export function mergeDicts(weaker: Raw, stronger: Raw): Raw {
  if (!isDict(weaker) || !isDict(stronger)) return stronger
  const merged = new Map(weaker)
  for (const [key, value] of stronger) {
    const below = merged.get(key)
    merged.set(key, below === undefined ? value : mergeDicts(below, value))
  }
  return merged
}

/** A value whose templates are rendered when somebody looks at them. */
export function renderRaw(raw: Raw, scope: Scope): Operand {
  if (!mustRender(raw)) return raw
  if (raw instanceof Template) return renderTemplate(raw, scope)
  if (raw instanceof Encrypted) return decrypted(raw, scope)
  const render = (item: Raw): Operand => renderRaw(item, scope)
  if (raw instanceof Map) return lazyDict(raw as ReadonlyMap<Operand, Raw>, render)
  return lazyList(raw as readonly Raw[], render)
}

function decrypted({ ciphertext, place }: Encrypted, { magic: { vault } }: Scope): Operand {
  try {
    if (!vault) throw new KplayError('VAULT', 'this is encrypted and cannot be opened here', { place })
    return vault.open(ciphertext, place)
  } catch (error) {
    if (!(error instanceof KplayError)) throw error
    return new Locked(ciphertext, error)
  }
}

/** A variable that rests on something undefined is undefined itself, so that `default` can help. */
function renderTemplate(template: Template, scope: Scope): Operand {
  try {
    return computeTemplate(template, scope)
  } catch (error) {
    if (!(error instanceof KplayError) || error.code !== 'UNDEFINED') throw error
    return new Undefined(error.message, error.place, () => error.hint)
  }
}

function lazyDict(raw: ReadonlyMap<Operand, Raw>, render: (item: Raw) => Operand): LazyDict {
  return new LazyDict({
    keys: () => raw.keys(),
    get: (key) => {
      const item = raw.get(key)
      return item === undefined ? undefined : render(item)
    },
  })
}

/**
 * The variables of a scope as a dict: what `hostvars[name]` and `vars` are. Not among them are the names under which
 * it would hold itself: whoever prints it would never come to an end.
 */
export function scopeDict(scope: Scope): LazyDict {
  const listed = (name: Operand): name is string => typeof name === 'string' && name !== 'hostvars' && name !== 'vars'
  return new LazyDict({
    keys: () => [...scope.names()].filter(listed),
    get: (key) => (typeof key === 'string' && key !== 'vars' ? scope.get(key) : undefined),
  })
}

function hostsDict({ names, scope }: HostVariables): LazyDict {
  const get = (key: Operand): Operand | undefined => {
    const other = typeof key === 'string' ? scope(key) : undefined
    return other && scopeDict(other)
  }
  // The implicit localhost is among the hosts without being one of them.
  return new LazyDict({ keys: names, get, has: (key) => get(key) !== undefined })
}
