import { KplayError } from '../errors.ts'
import type { Place } from '../errors.ts'
import { didYouMean } from '../schema/parse.ts'
import { attributeOf, itemOf } from './access.ts'
import { LazyDict } from './lazy.ts'
import { filterNamed, knows, testNamed } from './names.ts'
import type { AnyNode, BlockNode, Body } from './nodes.ts'
import { isInt } from './numbers.ts'
import { Undefined, isDictionary, isList, isUndefined, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import { perform } from './operation.ts'
import { withNewlines } from './output.ts'
import { text } from './print.ts'
import type { Parsed } from './parse.ts'
import type { Given, Surroundings, TemplateFile, Variables } from './surroundings.ts'
import type { Syntax } from './syntax.ts'

/** What the evaluator of expressions needs of that of statements. */
export interface Renderer {
  /** What a body renders to: one value alone as it is, else text. */
  capture(body: Body, frame: Frame): Operand
  root(parsed: Parsed, frame: Frame): Operand
}

/** Reads and parses the file that `include`, `import` or `extends` names; undefined when there is none. */
export type Load = (name: string) => Parsed | undefined

export interface EvaluationOptions {
  readonly renderer: Renderer
  readonly load?: Load | undefined
  /** Parses a file that a lookup names. */
  readonly parseFile?: ((file: string, source: string, syntax?: Syntax) => Parsed) | undefined
}

/** A `{% block %}`, with the file it stands in. */
export interface Block {
  readonly node: BlockNode
  readonly parsed: Parsed
}

/** Templates that include each other, and macros that call each other, deeper than this have no end. */
const DEEPEST = 150

/** One evaluation: what all of its frames share. */
export class Evaluation implements Surroundings {
  readonly variables: Variables
  readonly options: EvaluationOptions
  /** What is being computed, for the place of an error. */
  private current: { readonly node: AnyNode; readonly parsed: Parsed } | undefined
  private copies: Map<string, Operand> | undefined
  private depth = 0
  /** What a lookup is given is being computed. */
  inLookup = false

  constructor(variables: Variables, options: EvaluationOptions) {
    this.variables = variables
    this.options = options
  }

  mark(node: AnyNode, parsed: Parsed): void {
    this.current = { node, parsed }
  }

  get place(): Place | undefined {
    return this.current?.parsed.locate(this.current.node.lineno, this.current.node.colno)
  }

  /** A variable; where the template changes what it gets, a copy that only this evaluation sees. */
  variable(name: string, copy: boolean): Operand | undefined {
    if (!copy && !this.copies?.has(name)) return this.variables.get(name)
    this.copies ??= new Map()
    if (!this.copies.has(name)) {
      const value = this.variables.get(name)
      if (value === undefined) return undefined
      this.copies.set(name, deepCopy(value))
    }
    return this.copies.get(name)
  }

  attribute(value: Operand, name: string): Operand | undefined {
    return attributeOf(value, name)
  }

  item(value: Operand, key: Operand): Operand | undefined {
    return itemOf(value, key)
  }

  filter(name: string, input: Operand, given: Given): Operand {
    return perform(name, filterNamed(name), input, given, this)
  }

  test(name: string, input: Operand, given: Given): boolean {
    const answer = perform(name, testNamed(name), input, given, this)
    return isUndefined(answer) ? answer.raise() : answer
  }

  knows(what: 'filter' | 'test', name: string): boolean {
    return knows(what, name)
  }

  renderFile({ file, source, syntax }: TemplateFile, more: ReadonlyMap<string, Operand>): Operand {
    const { renderer, parseFile } = this.options
    if (!parseFile) throw new KplayError('EVALUATION', 'template files cannot be rendered here')
    const parsed = parseFile(file, source.replace(/\r?\n$/, ''), syntax)
    const frame = new Frame(this, parsed)
    for (const [name, value] of more) frame.set(name, value)
    return this.deeper(() => {
      const value = renderer.root(parsed, frame)
      return typeof value === 'string' ? withNewlines(value, source) : value
    })
  }

  withinLookup<T>(work: () => T): T {
    const before = this.inLookup
    this.inLookup = true
    try {
      return work()
    } finally {
      this.inLookup = before
    }
  }

  deeper<T>(work: () => T): T {
    if (++this.depth > DEEPEST)
      throw new KplayError('EVALUATION', 'macros or included files call each other without end')
    try {
      return work()
    } finally {
      this.depth--
    }
  }
}

function deepCopy(value: Operand): Operand {
  if (value instanceof LazyDict)
    return new LazyDict({
      keys: () => value.keys(),
      get: (key) => {
        const member = value.get(key)
        return member === undefined ? undefined : deepCopy(member)
      },
    })
  if (isDictionary(value)) return new Map(Array.from(value, ([key, item]) => [key, deepCopy(item)]))
  return isList(value) ? value.map(deepCopy) : value
}

/** Names that a template has set itself: by `set`, `for`, `with`, or as parameters of a macro. */
export class Frame {
  readonly evaluation: Evaluation
  readonly parsed: Parsed
  readonly parent: Frame | undefined
  /** What `extends` and `block` have put together: for each name, the block of the youngest file first. */
  readonly blocks: Map<string, Block[]>
  private readonly locals = new Map<string, Operand>()

  constructor(evaluation: Evaluation, parsed: Parsed, parent?: Frame) {
    this.evaluation = evaluation
    this.parsed = parsed
    this.parent = parent
    this.blocks = parent?.parsed === parsed ? parent.blocks : new Map<string, Block[]>()
  }

  inner(parsed: Parsed = this.parsed): Frame {
    return new Frame(this.evaluation, parsed, this)
  }

  /** Where the file that this one extends is rendered, or a block of it. */
  within(parsed: Parsed): Frame {
    const frame = new Frame(this.evaluation, parsed, this)
    Object.assign(frame, { blocks: this.blocks })
    return frame
  }

  set(name: string, value: Operand): void {
    this.locals.set(name, value)
  }

  own(): ReadonlyMap<string, Operand> {
    return this.locals
  }

  local(name: string): Operand | undefined {
    const value = this.locals.get(name)
    return value === undefined ? this.parent?.local(name) : value
  }

  get(name: string): Operand | undefined {
    const value = this.local(name)
    return value === undefined ? this.evaluation.variable(name, this.parsed.changes) : value
  }

  names(): string[] {
    return [...this.locals.keys(), ...(this.parent?.names() ?? this.evaluation.variables.names())]
  }

  mark(node: AnyNode): void {
    this.evaluation.mark(node, this.parsed)
  }

  place(node: AnyNode): Place | undefined {
    return this.parsed.locate(node.lineno, node.colno)
  }

  undefinedName(node: AnyNode, name: string): Undefined {
    return new Undefined(`'${name}' is undefined`, this.place(node), () => didYouMean(name, this.names()))
  }

  /** Something looked up in a value that does not have it. */
  undefinedMember(node: AnyNode, path: string, target: Operand, key: Operand): Undefined {
    const known = (): string[] =>
      isDictionary(target) ? [...target.keys()].filter((key) => typeof key === 'string') : []
    const name = path.replace(/^.*[.[]['"]?|['"]?\]$/g, '')
    const hint = (): string | undefined => didYouMean(name, known()) ?? listed(known())
    return new Undefined(`'${path}' is undefined: ${whyNoMember(target, key)}`, this.place(node), hint)
  }
}

/** In Ansible's words, which playbooks look for. */
const whyNoMember = (target: Operand, key: Operand): string =>
  isList(target) && isInt(key)
    ? `list object has no element ${key}`
    : `object of type '${typeName(target)}' has no attribute ${isInt(key) ? key : `'${text(key)}'`}`

const listed = (names: readonly string[]): string | undefined =>
  names.length > 0 && names.length <= 12 ? `there is: ${names.join(', ')}` : undefined
