import { Callable } from './call.ts'
import { compute, giveArguments, call } from './evaluate.ts'
import type { Frame } from './frame.ts'
import { walk } from './nodes.ts'
import type { Arguments, Body, CallBlockNode, Expression } from './nodes.ts'
import { Tuple, Undefined, failure } from './operand.ts'
import type { Operand } from './operand.ts'
import type { Given } from './surroundings.ts'

interface Parameter {
  readonly name: string
  readonly fallback: Expression | undefined
}

function parametersOf(args: Arguments): Parameter[] {
  return args.children.flatMap((arg): Parameter[] => {
    if (arg.typename === 'Symbol') return [{ name: arg.value, fallback: undefined }]
    if (arg.typename !== 'KeywordArgs') return []
    return arg.children.map(({ key, value }) => ({ name: key.typename === 'Symbol' ? key.value : '', fallback: value }))
  })
}

/** Names that a macro takes further arguments by when its body speaks of them. */
function mentions(body: Body, name: string): boolean {
  let found = false
  walk(body, (node) => {
    found ||= node.typename === 'Symbol' && node.value === name
    return !found
  })
  return found
}

class Macro extends Callable {
  private readonly about: ReadonlyMap<string, Operand>
  constructor(name: string, about: ReadonlyMap<string, Operand>, run: (given: Given) => Operand) {
    super(name, run)
    this.about = about
  }
  override attribute(name: string): Operand | undefined {
    return this.about.get(name)
  }
}

/** What `{% macro %}` and `{% call %}` make: the body, to be rendered with arguments. */
export function makeMacro(name: string, args: Arguments, body: Body, frame: Frame): Callable {
  const parameters = parametersOf(args)
  const takes = {
    varargs: mentions(body, 'varargs'),
    kwargs: mentions(body, 'kwargs'),
    caller: mentions(body, 'caller'),
  }
  const about = new Map<string, Operand>([
    ['name', name],
    ['arguments', Tuple.containing(parameters.map((parameter) => parameter.name))],
    ['catch_varargs', takes.varargs],
    ['catch_kwargs', takes.kwargs],
    ['caller', takes.caller],
  ])
  return new Macro(name, about, ({ positional, named }: Given) => {
    const inner = frame.inner()
    const others = new Map(named)
    if (positional.length > parameters.length && !takes.varargs)
      throw failure(`macro ${name} takes at most ${parameters.length} arguments, got ${positional.length}`)
    inner.set('varargs', Tuple.containing(positional.slice(parameters.length)))
    for (const [index, parameter] of parameters.entries()) {
      const given = index < positional.length ? positional[index] : others.get(parameter.name)
      inner.set(parameter.name, given === undefined ? fallback(parameter, inner) : given)
      if (index >= positional.length) others.delete(parameter.name)
    }
    const caller = others.get('caller')
    if (caller !== undefined) inner.set('caller', caller)
    else if (takes.caller) inner.set('caller', new Undefined('the macro was not used with {% call %}'))
    others.delete('caller')
    const [unknown] = others.keys()
    if (unknown !== undefined && !takes.kwargs) throw failure(`macro ${name} takes no argument ${unknown}`)
    inner.set('kwargs', others)
    return frame.evaluation.options.renderer.capture(body, inner)
  })
}

function fallback({ name, fallback }: Parameter, frame: Frame): Operand {
  return fallback ? compute(fallback, frame) : new Undefined(`the argument '${name}' was not given`)
}

/** `{% call(x) macro(…) %}`: calls the macro with the body as its `caller`. */
export function callBlock(node: CallBlockNode, frame: Frame): Operand {
  const callee = compute(node.call.name, frame)
  const { positional, named } = giveArguments(node.call.args.children, frame)
  const caller = makeMacro('caller', node.args, node.body, frame)
  return call(node, callee, { positional, named: new Map([...named, ['caller', caller]]) }, frame)
}
