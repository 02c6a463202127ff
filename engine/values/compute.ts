import { KplayError, at } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { Template } from '../value.ts'
import { compute } from './evaluate.ts'
import { loadTemplate, parseFile } from './files.ts'
import { Evaluation, Frame } from './frame.ts'
import type { EvaluationOptions } from './frame.ts'
import type { Expression } from './nodes.ts'
import type { Operand } from './operand.ts'
import { withNewlines } from './output.ts'
import { parseTemplate } from './parse.ts'
import type { Parsed } from './parse.ts'
import { renderer } from './render.ts'
import type { Variables } from './surroundings.ts'
import { Suspended } from './suspend.ts'

/** Computes a template; the value may still be undefined or lazy inside. */
export function computeTemplate(template: Template, variables: Variables): Operand {
  const parsed = parseTemplate(template)
  const value = computeParsed(parsed, variables, { renderer, load: loadTemplate(variables.ports), parseFile })
  return parsed.bare || typeof value !== 'string' ? value : withNewlines(value, template.source)
}

/** Computes what is parsed; what fails gets the place where it was. */
export function computeParsed(parsed: Parsed, variables: Variables, options: EvaluationOptions): Operand {
  const evaluation = new Evaluation(variables, options)
  const frame = new Frame(evaluation, parsed)
  try {
    return parsed.bare ? compute(parsed.tree as Expression, frame) : renderer.root(parsed, frame)
  } catch (error) {
    throw located(error, evaluation.place)
  }
}

function located(error: unknown, place: Place | undefined): unknown {
  if (error instanceof RangeError)
    return new KplayError('EVALUATION', 'what is computed here is nested too deeply', { place })
  return error instanceof Suspended ? error : at(place, error)
}
