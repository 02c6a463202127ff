import type { ArgumentOption } from '../model.ts'
import { Float, isDict, type Value } from '../value.ts'
import { readJson } from '../values/json.ts'
import { typeName } from '../values/operand.ts'
import { repr, text as printValue } from '../values/print.ts'

type Type = ArgumentOption['type']

const FLAGS = ['yes', 'on', '1', 'true', 't', 'y', 'no', 'off', '0', 'false', 'f', 'n', '1.0', '0.0']
const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i
const SIZE = /^\s*\d*\.?\d+\s*([kmgtpezy]?b?|[a-z]*(byte|bit)s?)\s*$/i

/** Why a value is not of a type, in Ansible's words. undefined: it is, or can be made so */
export function misfit(value: Value, type: Type): string | undefined {
  const isA = typeName(value)
  const cannot = (what: string): string => `<class '${isA}'> cannot be converted to a ${what}`
  const isText = typeof value === 'string'
  const isNumber = isA === 'int' || isA === 'float' || isA === 'bool'
  switch (type) {
    case 'str':
    case 'path':
    case 'raw':
      return undefined
    case 'bool':
      if (!isText && !isNumber) return cannot('bool')
      return FLAGS.includes(printValue(value).trim().toLowerCase())
        ? undefined
        : `The value '${printValue(value)}' is not a valid boolean.`
    case 'int':
      return isWhole(value) ? undefined : `"${repr(value)}" cannot be converted to an int`
    case 'float':
      return isNumber || (isText && NUMBER.test(value)) ? undefined : cannot('float')
    case 'bytes':
    case 'bits':
      return isNumber || (isText && SIZE.test(value)) ? undefined : cannot(type === 'bits' ? 'Bit value' : 'Byte value')
    case 'json':
    case 'jsonarg':
      return isText || isA === 'list' || isA === 'dict' ? undefined : cannot('json string')
    case 'list':
      return isText || isNumber || isA === 'list' ? undefined : cannot('list')
    case 'dict':
      if (isText) return noDict(value)
      return isA === 'dict' ? undefined : cannot('dict')
  }
}

function isWhole(value: Value): boolean {
  if (value instanceof Float) return Number.isInteger(value.value)
  if (typeof value === 'string') return NUMBER.test(value) && Number.isInteger(Number(value))
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

/** Text may stand for a dict: as JSON, or as words `name=value`. */
function noDict(source: string): string | undefined {
  if (source.startsWith('{')) return isDictText(source) ? undefined : 'unable to evaluate string as dictionary'
  if (!source.includes('=')) return 'dictionary requested, could not parse JSON or key=value'
  const words = source.match(/(?:"[^"]*"|'[^']*'|[^\s,])+/g) ?? []
  if (words.every((word) => word.includes('='))) return undefined
  return 'unable to evaluate string in the "key=value" format as dictionary'
}

function isDictText(source: string): boolean {
  try {
    return isDict(readJson(source))
  } catch {
    return false
  }
}
