import type { ArgumentOption } from '../model.ts'
import { KplayError } from '../errors.ts'
import { isDict, keyText, type Dict, type Value } from '../value.ts'
import { truthy } from '../values/equality.ts'
import { typeName } from '../values/operand.ts'
import { repr, text as printValue } from '../values/print.ts'
import type { Scope } from '../values/scope.ts'
import { evaluate } from '../values/template.ts'
import { misfit } from './misfit.ts'

/** What is wrong with arguments by a specification that is data, in Ansible's words. @param provided what was given; the rest comes from variables */
export function argumentErrors(spec: Dict, provided: Dict, scope: Scope): string[] {
  const options = optionsOf(spec)
  const given = new Map<Value, Value>()
  for (const name of options.keys()) {
    const variable = scope.lookup(name)
    if (variable) given.set(name, evaluate(variable.value, scope))
  }
  return [...mistakes(options, new Map([...given, ...provided]), [])]
}

type Options = ReadonlyMap<string, ArgumentOption>

/** @param path the arguments around these */
function* mistakes(options: Options, given: Dict, path: readonly string[]): Generator<string> {
  const foundIn = path.length > 0 ? ` found in ${path.join(' -> ')}` : ''
  const missing = [...options].filter(([name, { required }]) => required && !given.has(name)).map(([name]) => name)
  if (missing.length > 0) yield `missing required arguments: ${missing.sort().join(', ')}${foundIn}`
  for (const [name, option] of options) {
    const value = given.get(name)
    if (isGiven(value, option)) yield* ofType(name, value, option, path)
  }
  for (const [name, option] of options) {
    const value = given.get(name)
    const broken = value === undefined ? undefined : notChosen(name, value, option)
    if (broken !== undefined) yield broken + foundIn
  }
  for (const [name, option] of options) {
    const value = given.get(name)
    if (option.options && isGiven(value, option)) yield* within(name, value, option.options, path)
  }
  const unknown = [...given.keys()].map(keyText).filter((key) => !options.has(key))
  if (unknown.length > 0) {
    const names = unknown.map((key) => [...path, key].join('.')).sort()
    yield `${names.join(', ')}. Supported parameters include: ${[...options.keys()].sort().join(', ')}.`
  }
}

const isGiven = (value: Value | undefined, option: ArgumentOption): value is Value =>
  value !== undefined && (value !== null || option.required || (option.default ?? null) !== null)

function* ofType(name: string, value: Value, option: ArgumentOption, path: readonly string[]): Generator<string> {
  const { type, elements } = option
  const mistake = misfit(value, type)
  const foundIn = path.length > 0 ? ` found in '${path.join(' -> ')}'` : ''
  if (mistake !== undefined) {
    yield `argument '${name}' is of type ${typeName(value)}${foundIn && `${foundIn}.`} and we were unable to convert to ${type}: ${mistake}`
    return
  }
  if (elements === undefined) return
  for (const item of itemsOf(value)) {
    const why = misfit(item, elements)
    if (why !== undefined)
      yield `Elements value for option '${name}'${foundIn} is of type ${typeName(item)} and we were unable to convert to ${elements}: ${why}`
  }
}

function notChosen(name: string, value: Value, { type, choices }: ArgumentOption): string | undefined {
  const known = choices?.map(printValue)
  const many = type === 'list' && misfit(value, type) === undefined
  const wrong = (many ? itemsOf(value) : [value]).map(printValue).filter((one) => known?.includes(one) === false)
  if (wrong.length === 0) return undefined
  return many
    ? `value of ${name} must be one or more of: ${known?.join(', ')}. Got no match for: ${wrong.join(', ')}`
    : `value of ${name} must be one of: ${known?.join(', ')}, got: ${wrong.join(', ')}`
}

function* within(name: string, value: Value, options: Options, path: readonly string[]): Generator<string> {
  for (const item of Array.isArray(value) ? (value as readonly Value[]) : [value]) {
    if (isDict(item)) yield* mistakes(options, item, [...path, name])
    else if (typeof item !== 'string' || misfit(item, 'dict') !== undefined)
      yield `value of '${name}' must be of type dict or list of dicts`
  }
}

/** The items of a list; text stands for one. */
function itemsOf(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value as readonly Value[]
  return typeof value === 'string' ? value.split(',').map((item) => item.trim()) : [value]
}

const optionsOf = (spec: Dict): Options => new Map([...spec].map(([key, item]) => [keyText(key), optionOf(item)]))

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
    options: isDict(options) ? optionsOf(options) : undefined,
    description: '',
    noLog: false,
  }
}

const TYPES = ['str', 'int', 'float', 'bool', 'list', 'dict', 'path', 'raw', 'jsonarg', 'json', 'bytes', 'bits']
