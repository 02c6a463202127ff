import { KplayError } from '../../errors.ts'
import { any } from '../../schema/field.ts'
import { isDict, toPlain, type Value } from '../../value.ts'
import { evaluate } from '../../values/template.ts'
import { argumentErrors } from '../argument-errors.ts'
import { defineControl } from './define.ts'

export const validateArgumentSpec = defineControl({
  name: 'validate_argument_spec',
  summary: 'Compares variables with a specification, as roles have one.',
  args: {
    argument_spec: any({ help: 'Options by name, as in meta/argument_specs.yml.' }),
    provided_arguments: any({ optional: true, help: 'A dict of values; what it lacks comes from variables.' }),
    validate_args_context: any({ optional: true, help: 'Registered as it is.' }),
  },
  raw: ['argument_spec', 'provided_arguments', 'validate_args_context'],
  examples: [{ title: 'A port', args: { argument_spec: { port: { type: 'int', required: true } } } }],
  run(_, context) {
    const given = (key: string): Value => evaluate(context.raw.get(key) ?? null, context.scope)
    const spec = given('argument_spec')
    if (!isDict(spec)) throw new KplayError('BAD_ARGS', 'Incorrect type for argument_spec, expected dict')
    const provided = given('provided_arguments') ?? new Map()
    if (!isDict(provided)) throw new KplayError('BAD_ARGS', 'Incorrect type for provided_arguments, expected dict')
    const about = toPlain(given('validate_args_context') ?? new Map())
    const errors = argumentErrors(spec, provided, context.scope)
    if (errors.length === 0) return { values: { validate_args_context: about, msg: 'The arg spec validation passed' } }
    const msg = `Validation of arguments failed:\n${errors.join('\n')}`
    return {
      status: 'failed',
      error: new KplayError('BAD_ARGS', msg),
      values: { validate_args_context: about, msg, argument_spec_data: toPlain(spec), argument_errors: errors },
    }
  },
})
