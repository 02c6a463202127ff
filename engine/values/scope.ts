import { KplayError, at } from '../errors.ts'
import { Encrypted, Template } from '../value.ts'
import type { Raw, Variable, Vars } from '../value.ts'
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
  readonly hostvars?: HostVariables | undefined
}

/** Which variable wins: of several layers with the same name the last one. */
export class Scope implements Variables {
  readonly layers: readonly Layer[]
  readonly magic: Magic
  private readonly rendered = new Map<string, Operand>()
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
      if (found) return found
    }
    return undefined
  }

  /** Everybody who defines the name, the weakest first: the last one wins. */
  origin(name: string): readonly { readonly layer: string; readonly variable: Variable }[] {
    const magic = this.magic.values
    const layers = magic ? [...this.layers, { name: 'magic variables', vars: magic }] : this.layers
    return layers.flatMap((layer) => {
      const variable = layer.vars.get(name)
      return variable ? [{ layer: layer.name, variable }] : []
    })
  }

  names(): Set<string> {
    const { values, lazy, hostvars } = this.magic
    const written = this.layers.flatMap(({ vars }) => [...vars.keys()])
    return new Set([
      ...written,
      ...(values?.keys() ?? []),
      ...Object.keys(lazy ?? {}),
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
    const value = this.lazily(name)?.() ?? this.render(name)
    if (value !== undefined) this.rendered.set(name, value)
    return value
  }

  private lazily(name: string): (() => Operand) | undefined {
    const { lazy, hostvars } = this.magic
    const found = lazy && own(lazy, name)
    if (found) return found
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
    get: (key) => (listed(key) ? scope.get(key) : undefined),
  })
}

function hostsDict({ names, scope }: HostVariables): LazyDict {
  const get = (key: Operand): Operand | undefined => {
    const other = typeof key === 'string' ? scope(key) : undefined
    return other && scopeDict(other)
  }
  return new LazyDict({ keys: names, get })
}
