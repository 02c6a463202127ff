import { bare, endLast, linesOf } from './_lines.ts'

export interface IniArgs {
  readonly section: string | undefined
  readonly option: string | undefined
  readonly value: string | undefined
  readonly values: readonly string[] | undefined
  readonly section_has_values: readonly { readonly option: string; readonly values: readonly string[] }[]
  readonly state: 'present' | 'absent'
  readonly exclusive: boolean
  readonly no_extra_spaces: boolean
  readonly ignore_spaces: boolean
  readonly allow_no_value: boolean
  readonly modify_inactive_option: boolean
}

interface OptionLine {
  readonly active: boolean
  readonly value: string
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** What a line says of an option: its value, and whether it is commented out; nothing when it is about another. */
function optionIn(line: string, option: string): OptionLine | undefined {
  const found = new RegExp(`^[ \\t]*([#;]?)[ \\t]*${escaped(option)}[ \\t]*(?:=|$)[ \\t]*(.*)$`).exec(bare(line))
  return found ? { active: found[1] === '', value: found[2] ?? '' } : undefined
}

const isHeader = (line: string): boolean => /^[ \t]*\[/.test(line)
const headerOf = (section: string): RegExp => new RegExp(`^\\[${escaped(section.trim())}\\][ \\t]*(?:[#;].*)?$`)

/** An ini file as the arguments want it; lines that they do not mean stay as they are. */
export function editIni(text: string, args: IniArgs): string {
  const lines = linesOf(text)
  endLast(lines)
  const place = sectionIn(lines, args)
  if (!place) return args.state === 'absent' ? text : withSection(lines, args)
  const { start, end } = place
  if (args.state === 'absent' && args.option === undefined) {
    lines.splice(start, end - start)
    return lines.join('')
  }
  if (args.option === undefined) return text
  const first = args.section === undefined ? start : start + 1
  const part = lines.slice(first, end)
  const edited = args.state === 'absent' ? without(part, args, args.option) : withOption(part, args, args.option)
  if (edited.join('') === part.join('')) return text
  lines.splice(first, part.length, ...edited)
  return lines.join('')
}

/** Where the section begins (its header) and ends; without a name it is all before the first header. */
function sectionIn(
  lines: readonly string[],
  { section, section_has_values }: IniArgs,
): { start: number; end: number } | undefined {
  const endAfter = (from: number): number => {
    const next = lines.findIndex((line, at) => at >= from && isHeader(line))
    return next < 0 ? lines.length : next
  }
  if (section === undefined) return { start: 0, end: endAfter(0) }
  const header = headerOf(section)
  for (const [start, line] of lines.entries()) {
    if (!header.test(bare(line))) continue
    const end = endAfter(start + 1)
    const part = lines.slice(start + 1, end)
    const has = section_has_values.every(({ option, values }) =>
      (values.length === 0 ? [undefined] : values).every((value) =>
        part.some((one) => {
          const found = optionIn(one, option)
          return found?.active === true && (value === undefined || found.value === value)
        }),
      ),
    )
    if (has) return { start, end }
  }
  return undefined
}

const valuesOf = ({ value, values }: IniArgs): string[] => [...(values ?? (value === undefined ? [] : [value]))]

const written = (option: string, value: string | undefined, { no_extra_spaces }: IniArgs): string =>
  value === undefined ? `${option}\n` : `${option}${no_extra_spaces ? '=' : ' = '}${value}\n`

function withSection(lines: readonly string[], args: IniArgs): string {
  const { section, option, section_has_values } = args
  const known = section_has_values.flatMap((one) => one.values.map((value) => written(one.option, value, args)))
  const wanted = option === undefined ? [] : missing(valuesOf(args), option, args)
  return [...lines, `[${section ?? ''}]\n`, ...known, ...wanted].join('')
}

const missing = (values: readonly string[], option: string, args: IniArgs): string[] =>
  values.length === 0 ? [written(option, undefined, args)] : values.map((value) => written(option, value, args))

function without(part: readonly string[], args: IniArgs, option: string): string[] {
  const values = valuesOf(args)
  return part.filter((line) => {
    const found = optionIn(line, option)
    return !(found?.active && (args.exclusive || values.includes(found.value)))
  })
}

/** First the values that are there, then other lines of that option, then new ones at the end of the section. */
function withOption(part: readonly string[], args: IniArgs, option: string): string[] {
  const open = valuesOf(args)
  const bareWanted = open.length === 0
  const settled = new Set<number>()
  const lines = [...part]
  const about = (line: string): OptionLine | undefined => {
    const found = optionIn(line, option)
    return found && (found.active || args.modify_inactive_option) ? found : undefined
  }
  const set = (at: number, value: string | undefined): void => {
    const fresh = written(option, value, args)
    const same = args.ignore_spaces && squeezed(lines[at] ?? '') === squeezed(fresh)
    if (!same) lines[at] = fresh
    settled.add(at)
  }
  // One that is in force comes before one that is commented out.
  for (const active of [true, false])
    for (const [at, line] of part.entries()) {
      const found = about(line)
      if (found?.active !== active || settled.has(at)) continue
      const known = bareWanted ? (settled.size === 0 ? 0 : -1) : open.indexOf(found.value)
      if (known < 0) continue
      set(at, bareWanted ? undefined : open.splice(known, 1)[0])
    }
  if (args.exclusive) {
    for (const [at, line] of part.entries()) {
      if (settled.has(at) || !about(line)) continue
      if (open.length > 0) set(at, open.shift())
    }
  }
  const kept = lines.filter((line, at) => !args.exclusive || settled.has(at) || optionIn(line, option)?.active !== true)
  const rest =
    bareWanted && settled.size === 0
      ? [written(option, undefined, args)]
      : open.map((value) => written(option, value, args))
  // Blank lines and comments at its end belong to what follows.
  const last = kept.findLastIndex((line) => !/^[ \t]*(?:[#;].*)?$/.test(bare(line)))
  kept.splice(last + 1, 0, ...rest)
  return kept
}

const squeezed = (line: string): string => line.trim().replace(/[ \t]*=[ \t]*/, '=')
