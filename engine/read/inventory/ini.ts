import type { Place, Problems } from '../../errors.ts'
import { didYouMean } from '../../schema/parse.ts'
import type { Variable } from '../../value.ts'
import { along } from '../nodes.ts'
import { mergeVars } from '../vars.ts'
import type { InventoryGraph } from './graph.ts'
import { readLiteral } from './literals.ts'
import { expandHost } from './ranges.ts'
import { portVars } from './yaml.ts'

type Kind = 'hosts' | 'vars' | 'children'

/** An INI inventory: `[group]`, `[group:vars]` and `[group:children]`. */
export function readIniInventory(text: string, graph: InventoryGraph, source: string, problems: Problems): void {
  let group = 'ungrouped'
  let kind: Kind = 'hosts'
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = written.trim()
    const place = { file: source, line: index + 1, column: written.length - written.trimStart().length + 1 }
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const [, name, part = 'hosts'] = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(line) ?? []
    if (name !== undefined) {
      group = name
      graph.group(group)
      if (part === 'hosts' || part === 'vars' || part === 'children') kind = part
      else
        problems.add('BAD_YAML', `unknown section [${name}:${part}]`, {
          place,
          hint: didYouMean(part, ['vars', 'children']) ?? 'a section is [GROUP], [GROUP:vars] or [GROUP:children]',
        })
    } else if (kind === 'vars') readVariable(line, group, graph, place, problems)
    else if (kind === 'children') problems.collect(() => graph.child(group, withoutComment(line), place))
    else problems.collect(() => readHost(line, group, graph, source, place, problems))
  }
}

const withoutComment = (line: string): string => line.replace(/\s+[#;].*$/, '')

function readVariable(line: string, group: string, graph: InventoryGraph, place: Place, problems: Problems): void {
  const [, head = '', name, value = ''] = /^(([^=\s]+)\s*=\s*)(.*)$/.exec(line)?.map((part) => part) ?? []
  if (name === undefined)
    problems.add('BAD_YAML', `${line} is no name=value`, { place, hint: `this is a [${group}:vars] section` })
  else graph.groupVars(group, new Map([[name, { value: readLiteral(value, along(place, head.length)), place }]]))
}

function readHost(
  line: string,
  group: string,
  graph: InventoryGraph,
  source: string,
  place: Place,
  problems: Problems,
): void {
  const words = shellWords(line, place)
  if (!words) {
    problems.add('BAD_YAML', 'a quote is not closed', { place })
    return
  }
  const [host, ...rest] = words
  if (!host) return
  const vars = new Map<string, Variable>()
  for (const { text, place: wordPlace } of rest) {
    const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (name === undefined)
      problems.add('BAD_YAML', `${text} is no name=value`, {
        place: wordPlace,
        hint: 'behind a host stand variables; a second host belongs on a line of its own',
      })
    else vars.set(name, { value: readLiteral(value, along(wordPlace, name.length + 1)), place: wordPlace })
  }
  const { names, port } = expandHost(host.text, host.place)
  for (const name of names) graph.host(name, group, mergeVars(portVars(port), vars), source)
}

/** Words as a shell splits them, quotes removed; an unquoted # starts a comment. undefined: an open quote. */
function shellWords(line: string, place: Place): readonly { text: string; place: Place }[] | undefined {
  const words: { text: string; place: Place }[] = []
  const part = /\s+|"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|(#.*)|([^\s"'\\#]+)/gy
  let word: { text: string; place: Place } | undefined
  while (part.lastIndex < line.length) {
    const at = part.lastIndex
    const found = part.exec(line)
    if (!found) return undefined
    const [all, double, single, escaped, comment, plain] = found
    if (comment !== undefined) break
    if (/^\s/.test(all)) {
      word = undefined
      continue
    }
    if (!word) words.push((word = { text: '', place: along(place, at) }))
    word.text += double?.replace(/\\(["\\])/g, '$1') ?? single ?? escaped ?? plain ?? ''
  }
  return words
}
