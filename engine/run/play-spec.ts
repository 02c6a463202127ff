import { KplayError } from '../errors.ts'
import type { Play, Role } from '../model.ts'
import { text as printValue } from '../values/print.ts'
import type { Scope } from '../values/scope.ts'
import { evaluate, evaluateText, OMIT } from '../values/template.ts'

/** What `validate_argspec` compares a play's variables with, as if the play were a role. Throws NOT_FOUND and BAD_YAML. */
export function playSpec({ spec, name, place, keywords }: Play, scope: Scope): Role | undefined {
  const value = spec ? evaluate(spec.wanted.value, scope) : OMIT
  if (!spec || value === OMIT || value === false || value === null || value === '') return undefined
  if (value === true && !name)
    throw new KplayError('BAD_YAML', 'validate_argspec: true needs a play with a name', { place: spec.wanted.place })
  const called = value === true && name ? evaluateText(name.value, scope) : printValue(value)
  return {
    name: called,
    path: place.file,
    place,
    defaults: new Map(),
    vars: new Map(),
    params: new Map(),
    keywords,
    tasks: [],
    handlers: [],
    dependencies: [],
    allowDuplicates: true,
    public: false,
    argumentSpec: spec.named(called),
  }
}
