import type { Command, Option } from 'commander'
import { KplayError } from '../errors.ts'

/** Second names of options, as Ansible has them. */
const ALIASES: Readonly<Record<string, string>> = {
  '--key-file': '--private-key',
  '--conn-pass-file': '--connection-password-file',
  '--become-pass-file': '--become-password-file',
  '--inventory-file': '--inventory',
  '--ask-vault-pass': '--ask-vault-password',
  '--vault-pass-file': '--vault-password-file',
}

/**
 * The words of a command line with long options written out: `--become-us` is `--become-user` where nothing else
 * begins like that, and second names are the first. Throws BAD_OPTIONS where several are meant.
 */
export function writtenOut(words: readonly string[], program: Command): readonly string[] {
  const { command, at } = commandOf(words, program)
  const options = [...command.options, ...(command === program ? [] : [HELP])]
  const result: string[] = words.slice(0, at)
  for (let index = at; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--') return [...result, ...words.slice(index)]
    const [, name = '', value = ''] = /^(--[^=]+)(=.*)?$/s.exec(word) ?? []
    const written = name === '' ? word : `${longName(name, options)}${value}`
    result.push(written)
    const next = words[index + 1]
    if (next === undefined || !takesNext(written, options)) continue
    result.push(next)
    index++
  }
  return result
}

const HELP = { long: '--help', short: '-h', required: false }
type Known = Pick<Option, 'required'> & { readonly long?: string | undefined; readonly short?: string | undefined }

/** The innermost command that is named, and where its own words begin. */
function commandOf(words: readonly string[], program: Command): { readonly command: Command; readonly at: number } {
  let command = program
  let at = 0
  for (;;) {
    const next = command.commands.find((each) => each.name() === words[at] || each.aliases().includes(words[at] ?? ''))
    if (!next) return { command, at }
    command = next
    at += 1
  }
}

function longName(name: string, options: readonly Known[]): string {
  const names = [...options.flatMap(({ long }) => long ?? []), ...Object.keys(ALIASES)]
  if (options.some(({ long }) => long === name)) return name
  const exact = ALIASES[name]
  const known = (long: string): boolean => options.some((option) => option.long === long)
  if (exact !== undefined) return known(exact) ? exact : name
  const meant = new Set(
    names
      .filter((long) => long.startsWith(name))
      .map((long) => ALIASES[long] ?? long)
      .filter(known),
  )
  if (meant.size > 1)
    throw new KplayError('BAD_OPTIONS', `${name} may be ${[...meant].join(', ')}`, { hint: 'write it out' })
  return [...meant][0] ?? name
}

/** Whether the word after it is its value, and no option however it looks. */
function takesNext(word: string, options: readonly Known[]): boolean {
  if (word.startsWith('--')) return options.some(({ long, required }) => long === word && required)
  if (!/^-[A-Za-z]+$/.test(word)) return false
  const letters = [...word.slice(1)]
  const valued = letters.findIndex((letter) =>
    options.some(({ short, required }) => short === `-${letter}` && required),
  )
  return valued === letters.length - 1
}
