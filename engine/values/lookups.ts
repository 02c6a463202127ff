import { at } from '../errors.ts'
import type { Value } from '../value.ts'
import { loadTemplate, parseFile } from './files.ts'
import { Evaluation } from './frame.ts'
import { runLookup } from './lookups/registry.ts'
import { renderer } from './render.ts'
import type { Scope } from './scope.ts'
import { finish } from './template.ts'

/** What `with_<name>: terms` loops over. */
export function lookupItems(name: string, terms: Value, scope: Scope): Value {
  const evaluation = new Evaluation(scope, { renderer, load: loadTemplate(scope.ports), parseFile })
  try {
    return finish(runLookup(name, Array.isArray(terms) ? (terms as readonly Value[]) : [terms], evaluation))
  } catch (error) {
    throw at(evaluation.place, error)
  }
}
