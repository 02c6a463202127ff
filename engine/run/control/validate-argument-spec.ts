import { KplayError } from '../../errors.ts'
import type { ArgumentOption } from '../../model.ts'
import { Written } from '../../schema/coerce.ts'
import { any } from '../../schema/field.ts'
import { parseArgs } from '../../schema/parse.ts'
import { isDict, keyText, toPlain, type Dict, type Value } from '../../value.ts'
import { truthy } from '../../values/equality.ts'
import { evaluate } from '../../values/template.ts'
import { repr, text as printValue } from '../../values/print.ts'
import { fieldOf } from '../argument-field.ts'
import { defineControl, type ControlContext } from './define.ts'

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
    const errors = mistakes(spec, provided, context)
    if (errors.length === 0) return { values: { validate_args_context: about, msg: 'The arg spec validation passed' } }
    const msg = `Validation of arguments failed:\n${errors.join('\n')}`
    return {
      status: 'failed',
      error: new KplayError('BAD_ARGS', msg),
      values: { validate_args_context: about, msg, argument_spec_data: toPlain(spec), argument_errors: errors },
    }
  },
})

function mistakes(spec: Dict, provided: Dict, { scope }: ControlContext): string[] {
  const missing: string[] = []
  const others: string[] = []
  const unknown = [...provided.keys()].filter((key) => !spec.has(key)).map(keyText)
  if (unknown.length > 0)
    others.push(`${unknown.join(', ')}. Supported parameters include: ${[...spec.keys()].map(keyText).join(', ')}.`)
  for (const [key, written] of spec) {
    const name = keyText(key)
    const option = optionOf(written)
    const variable = scope.lookup(name)
    const value = provided.has(key) ? provided.get(key) : variable && evaluate(variable.value, scope)
    if (value === undefined || (value === null && !option.required)) {
      if (option.required) missing.push(name)
      continue
    }
    others.push(...wrong(name, value, option))
  }
  if (missing.length > 0) others.unshift(`missing required arguments: ${missing.sort().join(', ')}`)
  return others
}

function wrong(name: string, value: Value, option: ArgumentOption): string[] {
  const parsed = parseArgs({ [name]: fieldOf(option) }, { [name]: new Written(value) })
  if (!parsed.ok) return parsed.issues.map(({ path, message }) => `argument '${path.join('.')}' ${message}`)
  const choices = option.choices?.map(printValue)
  const bad = (Array.isArray(value) ? (value as readonly Value[]) : [value]).find(
    (item) => choices && !choices.includes(printValue(item)),
  )
  return bad === undefined
    ? []
    : [`value of ${name} must be one of: ${choices?.join(', ') ?? ''}, got: ${printValue(bad)}`]
}

/** One option, given as data. */
function optionOf(written: Value): ArgumentOption {
  const keys = isDict(written) ? written : new Map<Value, Value>()
  const type = (name: string): ArgumentOption['type'] | undefined => {
    const value = keys.get(name)
    if (value === undefined || value === null) return undefined
    if (TYPES.includes(printValue(value))) return printValue(value) as ArgumentOption['type']
    throw new KplayError('BAD_ARGS', `there is no type ${repr(value)}`, { hint: `known: ${TYPES.join(', ')}` })
  }
  const options = keys.get('options')
  const choices = keys.get('choices')
  return {
    type: type('type') ?? 'str',
    elements: type('elements'),
    required: truthy(keys.get('required') ?? false),
    default: keys.get('default'),
    choices: Array.isArray(choices) ? (choices as readonly Value[]) : undefined,
    options: isDict(options) ? new Map([...options].map(([key, item]) => [keyText(key), optionOf(item)])) : undefined,
    description: '',
    noLog: false,
  }
}

const TYPES = ['str', 'int', 'float', 'bool', 'list', 'dict', 'path', 'raw', 'jsonarg', 'json', 'bytes', 'bits']
