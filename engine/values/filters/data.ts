import { isDict, type Value } from '../../value.ts'
import type { Call } from '../call.ts'
import { printJson, readJson } from '../json.ts'
import type { JsonStyle } from '../json.ts'
import { failure, isDictionary, isList } from '../operand.ts'
import { operation } from '../operation.ts'
import type { Operations } from '../operation.ts'
import { text } from '../print.ts'
import { printYaml } from '../yaml-print.ts'
import type { YamlStyle } from '../yaml-print.ts'
import { readYaml, readYamlDocuments } from '../yaml-read.ts'

const JSON_OPTIONS =
  'indent sort_keys ensure_ascii separators skipkeys allow_nan check_circular default vault_to_text preprocess_unsafe'

function jsonStyle(call: Call, indent: number | null, sortKeys: boolean): JsonStyle {
  const asked = call.get('indent', indent)
  const width = typeof asked === 'string' ? asked : asked === null ? null : ' '.repeat(call.int('indent', indent ?? 0))
  const separators = call.get('separators')
  const [item, key] = isList(separators) ? separators.map(text) : width === null ? [', ', ': '] : [',', ': ']
  return {
    indent: width,
    sortKeys: call.flag('sort_keys', sortKeys),
    ascii: call.flag('ensure_ascii', true),
    item: item ?? ', ',
    key: key ?? ': ',
  }
}

function yamlStyle(call: Call, fallback: YamlStyle): YamlStyle {
  const flow = call.get('default_flow_style', fallback.flow === 'leaves' ? null : fallback.flow === 'all')
  return {
    indent: call.get('indent') === null ? fallback.indent : call.int('indent'),
    flow: flow === null ? 'leaves' : flow === true ? 'all' : 'none',
    sortKeys: call.flag('sort_keys', true),
    width: call.get('width') === null ? 80 : call.get('width') instanceof Object ? Infinity : call.int('width'),
    unicode: call.flag('allow_unicode', true),
    explicitStart: call.flag('explicit_start'),
    explicitEnd: call.flag('explicit_end'),
    quoted:
      call.get('default_style') === '"' || call.get('default_style') === "'"
        ? (call.get('default_style') as '"' | "'")
        : undefined,
  }
}

const YAML_OPTIONS =
  'indent sort_keys width allow_unicode default_flow_style explicit_start explicit_end default_style line_break version canonical'
const PLAIN: YamlStyle = {
  indent: 2,
  flow: 'leaves',
  sortKeys: true,
  width: 80,
  unicode: true,
  explicitStart: false,
  explicitEnd: false,
  quoted: undefined,
}

/** `<` and its kin are escaped, so that it can stand in HTML. */
const forHtml = (json: string): string =>
  json.replace(/[<>&']/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

const HALF_PAIR = /\p{Surrogate}/u

/** Half of a surrogate pair has no UTF-8. */
const holdsHalfPair = (value: Value): boolean =>
  typeof value === 'string'
    ? HALF_PAIR.test(value)
    : isDict(value)
      ? [...value].some((pair) => pair.some(holdsHalfPair))
      : Array.isArray(value) && value.some(holdsHalfPair)

export const dataFilters: Operations = {
  to_json: operation(`* ${JSON_OPTIONS}`, (call) => printJson(call.input, jsonStyle(call, null, false))),
  to_nice_json: operation(`indent sort_keys * ${JSON_OPTIONS}`, (call) =>
    printJson(call.input, jsonStyle(call, 4, true)),
  ),
  tojson: operation('indent', (call) => forHtml(printJson(call.input, jsonStyle(call, null, true)))),
  from_json: operation('profile', (call) => {
    const { input } = call
    if (isDictionary(input) || isList(input)) return input
    const strict = call.around.variables.ports.setting?.('MODULE_STRICT_UTF8_RESPONSE') !== false
    const value = readJson(text(input))
    if (!strict || !holdsHalfPair(value)) return value
    throw failure(
      'Refusing to deserialize an invalid UTF8 string value: half of a surrogate pair',
      'with module_strict_utf8_response = false it passes',
    )
  }),
  to_yaml: operation(`* ${YAML_OPTIONS}`, (call) => printYaml(call.input, yamlStyle(call, PLAIN))),
  to_nice_yaml: operation(`indent * ${YAML_OPTIONS}`, (call) =>
    printYaml(call.input, yamlStyle(call, { ...PLAIN, indent: 4, flow: 'none' })),
  ),
  from_yaml: operation('', (call) => (typeof call.input === 'string' ? readYaml(call.input) : call.input)),
  from_yaml_all: operation('', (call) => (typeof call.input === 'string' ? readYamlDocuments(call.input) : call.input)),
}
