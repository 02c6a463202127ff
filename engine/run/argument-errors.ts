import type { ArgumentOption } from '../model.ts'
import { KplayError } from '../errors.ts'
import { Written } from '../schema/coerce.ts'
import { parseArgs } from '../schema/parse.ts'
import { isDict, keyText, type Dict, type Value } from '../value.ts'
import { truthy } from '../values/equality.ts'
import { repr, text as printValue } from '../values/print.ts'
import type { Scope } from '../values/scope.ts'
import { evaluate } from '../values/template.ts'
import { fieldOf } from './argument-field.ts'

/** What is wrong with arguments by a specification that is data, in Ansible's words. @param provided what was given; the rest comes from variables */
export function argumentErrors(spec: Dict, provided: Dict, scope: Scope): string[] {
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
