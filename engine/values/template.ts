import { KplayError } from '../errors.ts'
import { Float } from '../value.ts'
import type { Dict, Raw, Value } from '../value.ts'
import { computeParsed } from './compute.ts'
import { parseFile, loadTemplate } from './files.ts'
import type { Load } from './frame.ts'
import { mustRender } from './lazy.ts'
import { DateTime, Duration } from './moment.ts'
import { OMIT } from './omit.ts'
import { Special, Tuple, defined, isList, typeName } from './operand.ts'
import type { Operand } from './operand.ts'
import { outputText, withNewlines } from './output.ts'
import { renderer } from './render.ts'
import { renderRaw } from './scope.ts'
import type { Scope } from './scope.ts'
import type { Syntax } from './syntax.ts'

export { OMIT }

/**
 * The value with every template in it rendered: one expression alone gives what it computes, mixed text a string.
 * `omit` takes its item or key away; when it is the value itself, OMIT comes back.
 */
export function evaluate(raw: Raw, scope: Scope): Value {
  return mustRender(raw) ? finish(renderRaw(raw, scope)) : raw
}

/** The value as text: None is nothing, everything else prints as Python prints it. */
export function evaluateText(raw: Raw, scope: Scope): string {
  return outputText(evaluate(raw, scope))
}

/** Plain data of what was computed: all of it rendered, tuples as lists, moments as text. */
export function finish(operand: Operand): Value {
  if (operand === null || typeof operand !== 'object' || operand instanceof Float || operand === OMIT)
    return operand as Value
  if (operand instanceof Special) return finishSpecial(operand)
  return isList(operand) ? finishList(operand) : finishDict(operand)
}

function finishSpecial(operand: Special): Value {
  const value = defined(operand)
  if (value instanceof DateTime || value instanceof Duration) return value.print()
  throw new KplayError('EVALUATION', `the result is a ${typeName(value)}, which is no value`, {
    hint: 'call it, or use what it holds',
  })
}

function finishList(list: readonly Operand[]): Value {
  let same = !(list instanceof Tuple)
  const items: Value[] = []
  for (const item of list) {
    const finished = finish(item)
    same &&= finished === item && finished !== OMIT
    if (finished !== OMIT) items.push(finished)
  }
  return same ? (list as readonly Value[]) : items
}

function finishDict(dict: ReadonlyMap<Operand, Operand>): Value {
  let same = dict.constructor === Map
  const entries: [Value, Value][] = []
  for (const [key, item] of dict) {
    const finished = finish(item)
    same &&= finished === item && finished !== OMIT
    if (finished !== OMIT) entries.push([finish(key), finished])
  }
  return same ? (dict as Dict) : new Map(entries)
}

export interface RenderOptions extends Omit<Syntax, 'plainBackslashes'> {
  readonly file: string
  /** What ends a line in the result: `\n` unless told otherwise. */
  readonly newlineSequence?: string | undefined
  /** Finds the files that it includes, imports or extends; without it, they come through the Files port. */
  readonly load?: ((name: string) => { readonly file: string; readonly source: string } | undefined) | undefined
}

/** Renders a template file as Ansible's `template` does: blocks swallow their line break, the last line keeps its own. */
export function renderText(source: string, scope: Scope, options: RenderOptions): string {
  const { file, newlineSequence = '\n', load, ...syntax } = options
  const parsed = parseFile(file, source.replace(/\r?\n$/, ''), syntax)
  const ownLoad: Load = (name) => {
    const found = load?.(name)
    return found && parseFile(found.file, found.source.replace(/\n$/, ''), syntax)
  }
  const evaluation = { renderer, parseFile, load: load ? ownLoad : loadTemplate(scope.ports, syntax, file) }
  const rendered = outputText(computeParsed(parsed, scope, evaluation))
  const text = withNewlines(parsed.newline === undefined ? rendered : rendered.replaceAll('\n', parsed.newline), source)
  return newlineSequence === '\n' ? text : text.replaceAll('\n', newlineSequence)
}

export { compile } from './compile.ts'
