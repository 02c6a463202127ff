import type { Place } from '../errors.ts'
import type { Definition, Explanation, Setter, Use } from '../model.ts'
import type { Plain } from '../value.ts'
import { renderError } from './error.ts'
import type { ReportOptions } from './reporter.ts'
import { indent, safe, type Paint } from './style.ts'

type Options = Pick<ReportOptions, 'readText' | 'folder'>

/** Ansible's levels of precedence as people know them; layers of the levels that are not here say it themselves. */
const LEVELS: Readonly<Record<number, string>> = {
  4: 'group_vars/all of the inventory',
  5: 'group_vars/all of the playbook',
  6: 'group_vars of the inventory',
  7: 'group_vars of the playbook',
  9: 'host_vars of the inventory',
  10: 'host_vars of the playbook',
}

/** What a variable is, where it comes from, what it is built from and what may still change it. */
export function renderExplanation(explanation: Explanation, options: Options, paint: Paint): string {
  const { name, host, where, definitions, uses, setters } = explanation
  const head = `${paint('bold', name)} on ${host}${where.length === 0 ? '' : `  ${paint('dim', where.map(safe).join('; '))}`}`
  return [
    head,
    indent(valueLines(explanation, options, paint), '  '),
    ...section('defined by, the strongest last', definitionLines(definitions, options, paint), paint),
    ...section('built from', useLines(uses, options, paint), paint),
    ...section('while the play runs it is set by', setterLines(setters, options, paint), paint),
  ].join('\n')
}

const section = (title: string, lines: readonly string[], paint: Paint): readonly string[] =>
  lines.length === 0 ? [] : [paint('dim', `  ${title}:`), ...lines.map((line) => indent(line, '    '))]

function valueLines({ value, error }: Pick<Explanation, 'value' | 'error'>, options: Options, paint: Paint): string {
  if (error) return renderError(error, options, paint)
  return value === undefined ? paint('yellow', 'has no value before a run') : safe(text(value, true))
}

function definitionLines(definitions: readonly Definition[], options: Options, paint: Paint): readonly string[] {
  const rows = definitions.map((definition) => [
    levelText(definition.level),
    layerText(definition),
    placeText(definition.place, options),
  ])
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  return definitions.map(({ written }, index) => {
    const columns = (rows[index] ?? []).map((column, at) => column.padEnd(widths[at] ?? 0)).join('  ')
    const wins = index === definitions.length - 1
    const line = `${wins ? '→' : ' '} ${columns}  ${short(written)}`.trimEnd()
    return wins ? paint('green', line) : line
  })
}

const layerText = ({ level, layer }: Definition): string => safe(LEVELS[level ?? 0] ?? layer)

const levelText = (level: number | undefined): string => (level === undefined ? '' : `level ${level}`)

const placeText = (place: Place | undefined, { folder }: Options): string => {
  if (!place) return ''
  const { file, line, column } = place
  const shown = file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file
  return file.startsWith('-') ? shown : `${shown}:${line}:${column}`
}

function useLines(
  uses: readonly Use[],
  options: Options,
  paint: Paint,
  above: readonly string[] = [],
): readonly string[] {
  return uses.flatMap((use) => {
    const { name, value, error, definition, uses: inner } = use
    const what =
      value !== undefined
        ? `= ${short(value)}`
        : error
          ? paint('red', safe(error.message))
          : definition || name === 'hostvars' || name === 'vars'
            ? ''
            : paint('red', 'is defined by nobody')
    const from = definition
      ? paint('dim', [layerText(definition), placeText(definition.place, options)].filter(Boolean).join('  '))
      : ''
    const line = [name, what, from].filter(Boolean).join('  ')
    const deeper = above.includes(name) ? [] : useLines(inner, options, paint, [...above, name])
    return [line, ...deeper.map((each) => indent(each, '  '))]
  })
}

const setterLines = (setters: readonly Setter[], options: Options, paint: Paint): readonly string[] =>
  setters.map(({ level, by, place }) => `level ${level}  ${safe(by)}  ${paint('dim', placeText(place, options))}`)

/** Beyond that the rest of a value is left out where it is not the answer itself. */
const SHORT = 80

function short(value: Plain): string {
  const whole = safe(text(value, false)).replaceAll('\n', '\\n')
  return whole.length > SHORT ? `${whole.slice(0, SHORT - 1)}…` : whole
}

function text(value: Plain, large: boolean): string {
  if (typeof value === 'string' && large && !/^\s|\s$|^$/.test(value)) return value
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item), large ? 2 : 0)
}

/** The same for other programs. */
export const explanationJson = (explanations: readonly Explanation[]): string =>
  `${JSON.stringify(explanations, replacer, 2)}\n`

function replacer(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Error ? { message: value.message, ...('place' in value && { place: value.place }) } : value
}
