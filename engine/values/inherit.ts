import { KplayError } from '../errors.ts'
import { compute } from './evaluate.ts'
import { Evaluation, Frame } from './frame.ts'
import type { Block } from './frame.ts'
import type { AnyNode, BlockNode, FromImportNode, ImportNode, IncludeNode } from './nodes.ts'
import { Special, Undefined, defined, failure, isList, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import type { Parsed } from './parse.ts'
import { text } from './print.ts'
import type { Variables } from './surroundings.ts'

type RenderRoot = (parsed: Parsed, frame: Frame, out: Operand[]) => void

/** The macros and top-level names of an imported file. */
class Module extends Special {
  readonly typeName = 'module'
  readonly members: ReadonlyMap<string, Operand>
  /** What the file renders to. */
  private readonly body: readonly Operand[]
  constructor(members: ReadonlyMap<string, Operand>, body: readonly Operand[]) {
    super()
    this.members = members
    this.body = body
  }
  override print(): string {
    return this.body.map(text).join('')
  }
  override attribute(name: string): Operand | undefined {
    return this.members.get(name)
  }
}

/** The first file of those named. */
export function loadFile(frame: Frame, node: AnyNode, name: Operand): Parsed {
  frame.mark(node)
  const names = isList(defined(name)) ? (name as readonly Operand[]) : [name]
  const { load } = frame.evaluation.options
  for (const candidate of names) {
    if (typeof candidate !== 'string')
      throw failure(`a template is named by text, not by a value of type ${typeName(candidate)}`)
    const found = load?.(candidate)
    if (found) return found
  }
  throw new KplayError('NOT_FOUND', `there is no template ${names.map(String).join(' or ')}`, {
    place: frame.place(node),
  })
}

export function renderInclude(node: IncludeNode, frame: Frame, out: Operand[], render: RenderRoot): void {
  const name = compute(node.template, frame)
  let parsed: Parsed
  try {
    parsed = loadFile(frame, node, name)
  } catch (error) {
    if (node.ignoreMissing && error instanceof KplayError && error.code === 'NOT_FOUND') return
    throw error
  }
  const inner = node.withContext ? frame.inner(parsed) : isolated(frame, parsed)
  // the names of the loop around it can be seen, the loop itself cannot
  if (inner.local('loop') !== undefined) inner.set('loop', inner.undefinedName(node, 'loop'))
  inner.evaluation.deeper(() => render(parsed, inner, out))
}

function load(node: ImportNode | FromImportNode, frame: Frame, render: RenderRoot): Module {
  const parsed = loadFile(frame, node, compute(node.template, frame))
  const inner = node.withContext ? frame.inner(parsed) : isolated(frame, parsed)
  const body: Operand[] = []
  inner.evaluation.deeper(() => render(parsed, inner, body))
  const members = [...inner.own()].filter(([name]) => !name.startsWith('_') && name !== 'self')
  return new Module(new Map(members), body)
}

export function renderImport(node: ImportNode, frame: Frame, render: RenderRoot): void {
  frame.set(node.target.value, load(node, frame, render))
}

export function renderFromImport(node: FromImportNode, frame: Frame, render: RenderRoot): void {
  const { members } = load(node, frame, render)
  for (const name of node.names.children) {
    const [theirs, ours] = name.typename === 'Pair' ? [name.key.value, name.value.value] : [name.value, name.value]
    const missing = new Undefined(`the imported template has no '${theirs}'`, frame.place(name))
    const member = members.get(theirs)
    frame.set(ours, member === undefined ? missing : member)
  }
}

/** An import sees no variables unless it asks for them `with context`. */
function isolated(frame: Frame, parsed: Parsed): Frame {
  const { ports } = frame.evaluation.variables
  const nothing: Variables = { ports, get: () => undefined, names: () => [] }
  return new Frame(new Evaluation(nothing, frame.evaluation.options), parsed)
}

/** Takes a block into the chain of its name: files are met youngest first. */
export function openBlock(node: BlockNode, frame: Frame): readonly Block[] {
  const chain = frame.blocks.get(node.name.value) ?? []
  frame.blocks.set(node.name.value, chain)
  if (!chain.some((block) => block.node === node)) chain.push({ node, parsed: frame.parsed })
  return chain
}
