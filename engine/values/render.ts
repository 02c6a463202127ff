import { KplayError } from '../errors.ts'
import { Callable } from './call.ts'
import { truthy } from './equality.ts'
import { compute } from './evaluate.ts'
import type { Frame } from './frame.ts'
import type { Renderer } from './frame.ts'
import { Namespace } from './globals.ts'
import { renderImport, renderFromImport, renderInclude, loadFile, openBlock } from './inherit.ts'
import { toIterable } from './iterate.ts'
import { Loop } from './loop.ts'
import { callBlock, makeMacro } from './macro.ts'
import type { Body, ForNode, Statement, Target } from './nodes.ts'
import { Special, defined, failure, isList } from './operand.ts'
import type { Operand } from './operand.ts'
import { join, snapshot } from './output.ts'
import type { Parsed } from './parse.ts'

/** How a body ended: `break` and `continue` leave the loop around it. */
type Signal = 'break' | 'continue' | undefined

/** Renders statements into parts: data as text, outputs as the values they are. */
function renderBody(body: Body, frame: Frame, out: Operand[]): Signal {
  for (const statement of body.children) {
    const signal = renderStatement(statement, frame, out)
    if (signal) return signal
  }
  return undefined
}

function renderStatement(node: Statement, frame: Frame, out: Operand[]): Signal {
  switch (node.typename) {
    case 'Output':
      for (const child of node.children)
        out.push(child.typename === 'TemplateData' ? child.value : output(compute(child, frame), frame))
      return undefined
    case 'If': {
      const branch = truthy(compute(node.cond, frame)) ? node.body : node.else_
      return branch ? renderStatement(branch, frame, out) : undefined
    }
    case 'NodeList':
    case 'Root':
      return renderBody(node, frame, out)
    case 'Loop':
      return renderLoop(node, frame, out)
    case 'Assign':
      assign(node.target, compute(node.value, frame), frame)
      return undefined
    case 'With': {
      const inner = frame.inner()
      node.names.forEach((name, index) => {
        const value = node.values[index]
        if (value) assign(name, compute(value, frame), inner)
      })
      return renderBody(node.body, inner, out)
    }
    case 'Do':
      compute(node.value, frame)
      return undefined
    case 'Macro':
      frame.set(node.name.value, makeMacro(node.name.value, node.args, node.body, frame))
      return undefined
    case 'CallBlock':
      out.push(callBlock(node, frame))
      return undefined
    case 'Break':
      return 'break'
    case 'Continue':
      return 'continue'
    case 'Block': {
      const [first] = openBlock(node, frame)
      if (first) renderBlock(node.name.value, 0, frame, out)
      return undefined
    }
    case 'IncludeFile':
      renderInclude(node, frame, out, renderRoot)
      return undefined
    case 'Import':
      renderImport(node, frame, renderRoot)
      return undefined
    case 'FromImport':
      renderFromImport(node, frame, renderRoot)
      return undefined
    case 'Extends':
      throw new KplayError('BAD_TEMPLATE', '{% extends %} can only stand at the top of a template', {
        place: frame.place(node),
      })
  }
}

/** What is shown now must not change when the template changes the value later. */
const output = (value: Operand, frame: Frame): Operand => (frame.parsed.changes ? snapshot(value) : value)

/** A whole file, and – when it extends another one – that one with the blocks of this. */
function renderRoot(parsed: Parsed, frame: Frame, out: Operand[]): void {
  const { tree } = parsed
  if (tree.typename !== 'Root' && tree.typename !== 'NodeList')
    throw new KplayError('BUG', 'an expression was taken for a template')
  let parent: Parsed | undefined
  frame.set('self', new Self((name) => capture((parts) => renderBlock(name, 0, frame, parts))))
  for (const statement of tree.children) {
    if (statement.typename === 'Extends') parent = loadFile(frame, statement, compute(statement.template, frame))
    else if (parent && statement.typename === 'Block') openBlock(statement, frame)
    else renderStatement(statement, frame, parent ? [] : out)
  }
  if (parent) renderRoot(parent, frame.within(parent), out)
}

/** `self.name()` renders a block once more. */
class Self extends Special {
  readonly typeName = 'self'
  private readonly render: (name: string) => Operand
  constructor(render: (name: string) => Operand) {
    super()
    this.render = render
  }
  override attribute(name: string): Operand {
    return new Callable(name, () => this.render(name))
  }
}

/** The block of the youngest file; `super()` in it is the next older one. */
function renderBlock(name: string, age: number, frame: Frame, out: Operand[]): void {
  const block = frame.blocks.get(name)?.[age]
  if (!block) throw failure(age > 0 ? `there is no older block ${name} for super()` : `there is no block ${name}`)
  const inner = frame.within(block.parsed)
  inner.set('super', new Callable('super', () => capture((parts) => renderBlock(name, age + 1, frame, parts))))
  renderBody(block.node.body, inner, out)
}

function renderLoop(node: ForNode, frame: Frame, out: Operand[]): Signal {
  const source = defined(compute(node.arr, frame))
  frame.mark(node)
  runLoop(node, source, frame, out, 0)
  return undefined
}

function runLoop(node: ForNode, source: Operand, frame: Frame, out: Operand[], depth: number): void {
  const all = toIterable(source, 'for')
  const bind = (item: Operand): Frame => {
    const inner = frame.inner()
    assign(node.target, item, inner)
    return inner
  }
  const { test } = node
  const items = test ? all.filter((item) => truthy(compute(test, bind(item)))) : all
  const recurse = (more: Operand): Operand => capture((parts) => runLoop(node, defined(more), frame, parts, depth + 1))
  const loop = new Loop(items, depth, node.recursive ? recurse : undefined)
  for (const item of items) {
    const inner = bind(item)
    inner.set('loop', loop.next())
    if (renderBody(node.body, inner, out) === 'break') break
  }
  if (items.length === 0 && node.else_) renderBody(node.else_, frame.inner(), out)
}

function capture(render: (parts: Operand[]) => void): Operand {
  const parts: Operand[] = []
  render(parts)
  return join(parts) ?? ''
}

export function assign(target: Target, value: Operand, frame: Frame): void {
  if (target.typename === 'Symbol') frame.set(target.value, value)
  else if (target.typename === 'Attribute') assignMember(target, value, frame)
  else {
    frame.mark(target)
    const items = isList(defined(value))
      ? (value as readonly Operand[])
      : toIterable(value, 'an assignment to several names')
    if (items.length !== target.children.length)
      throw failure(`${target.children.length} names, but ${items.length} values to assign to them`)
    target.children.forEach((child, index) => assign(child, items[index] ?? null, frame))
  }
}

function assignMember(target: Extract<Target, { typename: 'Attribute' }>, value: Operand, frame: Frame): void {
  const owner = compute(target.target, frame)
  frame.mark(target)
  if (!(owner instanceof Namespace))
    throw failure('only members of a namespace can be assigned to', 'make it with namespace()')
  owner.members.set(target.name, value)
}

export const renderer: Renderer = {
  capture: (body, frame) => capture((parts) => void renderBody(body, frame.inner(), parts)),
  root: (parsed, frame) => {
    const parts: Operand[] = []
    renderRoot(parsed, frame, parts)
    return join(parts)
  },
}
