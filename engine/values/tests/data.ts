import { Float } from '../../value.ts'
import { Callable } from '../call.ts'
import type { Call } from '../call.ts'
import { compare, contains, equal, truthy } from '../equality.ts'
import { toBool } from '../filters/core.ts'
import { itemsOf } from '../iterate.ts'
import { isInt, isNumeric, toNumber } from '../numbers.ts'
import { Special, failure, isDictionary, isList, isUndefined, typeName } from '../operand.ts'
import { lenient, operation } from '../operation.ts'
import type { Operation, Operations } from '../operation.ts'
import { operate } from '../operators.ts'
import { own } from '../own.ts'
import { text } from '../print.ts'
import { pythonRegex } from '../regex.ts'

const is = (judge: (call: Call) => boolean): Operation<boolean> => operation('', judge)
const against = (judge: (call: Call) => boolean): Operation<boolean> => operation('other', judge)

function regex(how: 'match' | 'search' | 'fullmatch' | undefined): Operation<boolean> {
  const names = how === undefined ? 'pattern ignorecase multiline match_type' : 'pattern ignorecase multiline'
  return operation(names, (call) => {
    const type = how ?? call.string('match_type', 'search')
    const anchors: Readonly<Record<string, 'none' | 'start' | 'both'>> = {
      search: 'none',
      match: 'start',
      fullmatch: 'both',
    }
    const anchor = own(anchors, type)
    if (!anchor) throw failure(`Invalid match_type specified. Expected one of: ${Object.keys(anchors).join(', ')}.`)
    const flags = { ignoreCase: call.flag('ignorecase'), multiLine: call.flag('multiline') }
    return pythonRegex(call.string('pattern'), flags, anchor).test(text(call.input))
  })
}

const eq = against((call) => equal(call.input, call.need('other')))
const ne = against((call) => !equal(call.input, call.need('other')))
const lt = against((call) => compare(call.input, call.need('other'), '<') < 0)
const le = against((call) => compare(call.input, call.need('other'), '<=') <= 0)
const gt = against((call) => compare(call.input, call.need('other'), '>') > 0)
const ge = against((call) => compare(call.input, call.need('other'), '>=') >= 0)

const subset = operation('b', (call) => call.list.every((item) => contains([...call.items('b')], item)))
const superset = operation('b', (call) => call.items('b').every((item) => contains([...call.list], item)))
const nan = is(({ input }) => isNumeric(input) && Number.isNaN(toNumber(input)))

/** `truthy(convert_bool=True)` reads words like "yes" first. */
const truth = (wanted: boolean): Operation<boolean> =>
  operation('convert_bool', (call) => {
    const { input } = call
    const isWord = typeof input === 'string' && /^(?:yes|on|true|1|y|t|no|off|false|0|n|f)$/i.test(input.trim())
    return (call.flag('convert_bool') && isWord ? toBool(input) : truthy(input)) === wanted
  })

/** The scheme and the host of a URI; both may be empty, since any text is a relative reference (RFC 3986). */
function uriParts(call: Call): { readonly scheme: string; readonly host: string } | undefined {
  const [, scheme = '', host = ''] = /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/([^/?#]*))?/.exec(text(call.input)) ?? []
  const schemes = call.get('schemes') === null ? undefined : call.items('schemes').map(text)
  return schemes && !schemes.includes(scheme.toLowerCase()) ? undefined : { scheme: scheme.toLowerCase(), host }
}

export const dataTests: Operations<boolean> = {
  defined: lenient('', (call) => !isUndefined(call.rawInput)),
  undefined: lenient('', (call) => isUndefined(call.rawInput)),
  boolean: is((call) => typeof call.input === 'boolean'),
  true: is((call) => call.input === true),
  false: is((call) => call.input === false),
  none: is((call) => call.input === null),
  string: is((call) => typeof call.input === 'string'),
  number: is((call) => isNumeric(call.input)),
  integer: is((call) => isInt(call.input)),
  float: is((call) => call.input instanceof Float),
  mapping: is((call) => isDictionary(call.input)),
  sequence: is((call) => itemsOf(call.input) !== undefined),
  iterable: is((call) => itemsOf(call.input) !== undefined),
  callable: is((call) => call.input instanceof Callable),
  escaped: is(() => false),
  sameas: against(
    (call) =>
      call.input === call.need('other') ||
      (!isReference(call) &&
        equal(call.input, call.need('other')) &&
        typeName(call.input) === typeName(call.need('other'))),
  ),
  even: is((call) => equal(operate('%', call.input, 2), 0)),
  odd: is((call) => equal(operate('%', call.input, 2), 1)),
  divisibleby: operation('num', (call) => equal(operate('%', call.input, call.need('num')), 0)),
  lower: is((call) => isCase(text(call.input), 'toLowerCase')),
  upper: is((call) => isCase(text(call.input), 'toUpperCase')),
  in: operation('seq', (call) => contains(call.need('seq'), call.input)),
  contains: operation('other', (call) => contains(call.input, call.need('other'))),
  filter: is((call) => call.around.knows('filter', text(call.input))),
  test: is((call) => call.around.knows('test', text(call.input))),
  eq,
  '==': eq,
  equalto: eq,
  ne,
  '!=': ne,
  lt,
  '<': lt,
  lessthan: lt,
  le,
  '<=': le,
  gt,
  '>': gt,
  greaterthan: gt,
  ge,
  '>=': ge,
  match: regex('match'),
  search: regex('search'),
  regex: regex(undefined),
  any: is((call) => call.list.some(truthy)),
  all: is((call) => call.list.every(truthy)),
  truthy: truth(true),
  falsy: truth(false),
  subset,
  issubset: subset,
  superset,
  issuperset: superset,
  nan,
  isnan: nan,
  uri: operation('schemes', (call) => uriParts(call) !== undefined),
  url: operation('schemes', (call) => {
    const uri = uriParts(call)
    return uri !== undefined && (uri.host !== '' || uri.scheme === 'file')
  }),
  urn: operation('', (call) => /^urn:[^:]+:.+/.test(text(call.input))),
}

const isReference = (call: Call): boolean =>
  isList(call.input) || isDictionary(call.input) || call.input instanceof Special

const isCase = (source: string, change: 'toLowerCase' | 'toUpperCase'): boolean =>
  source === source[change]() && source.toLowerCase() !== source.toUpperCase()
