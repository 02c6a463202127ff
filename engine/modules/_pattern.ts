/** A regular expression that cannot be read. */
export class BadPattern extends Error {}

/** Escapes, classes, groups of Python's own and the signs that mean something else here. */
const TOKEN = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P<|\(\?P=(\w+)\)|\(\?#[^)]*\)|[$.^]/gs

/**
 * A pattern as Ansible's users write it (Python's re) as a RegExp: named groups, \A and \Z, flags at the start, and
 * nothing but a line feed ends a line. `extra`: flags besides those of the pattern. What JavaScript reads differently
 * and rarely occurs (conditionals, possessive quantifiers) is refused.
 */
export function pattern(source: string, extra = ''): RegExp {
  let flags = extra
  const bare = source.replace(/^\(\?([aiLmsux]+)\)/, (_, letters: string) => {
    for (const letter of letters) if ('ims'.includes(letter) && !flags.includes(letter)) flags += letter
    if (letters.includes('x')) throw new BadPattern('the flag x is not supported')
    return ''
  })
  if (/\(\?\(/.test(bare)) throw new BadPattern('conditional groups are not supported')
  const signs: Readonly<Record<string, string>> = {
    '(?P<': '(?<',
    '\\A': '(?<![^])',
    '\\Z': '(?![^])',
    '^': flags.includes('m') ? '(?<![^\\n])' : '(?<![^])',
    $: flags.includes('m') ? '(?![^\\n])' : '(?=\\n?(?![^]))',
    '.': flags.includes('s') ? '[^]' : '[^\\n]',
  }
  const translated = bare.replace(TOKEN, (found, name: string | undefined) => {
    if (name !== undefined) return `\\k<${name}>`
    if (found.startsWith('(?#')) return ''
    // A bracket that comes first in a class is one of it.
    if (found.startsWith('[')) return found.replace(/^(\[\^?)\]/, '$1\\]')
    return signs[found] ?? found
  })
  try {
    return new RegExp(translated, flags.replace(/[ms]/g, ''))
  } catch (error) {
    throw new BadPattern(error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : '')
  }
}

/** Why a pattern cannot be read, or nothing. */
export function patternMistake(source: string | undefined): string | undefined {
  if (source === undefined) return undefined
  try {
    pattern(source)
    return undefined
  } catch (error) {
    return error instanceof BadPattern ? error.message : String(error)
  }
}

/** A replacement in which \1, \g<1> and \g<name> stand for groups of a match, and \n and \t for themselves. */
export function expanded(template: string, match: RegExpExecArray): string {
  return template.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|(.))/gs,
    (found, name?: string, number?: string, letter?: string) => {
      if (letter !== undefined) return { n: '\n', t: '\t', r: '\r', '\\': '\\' }[letter] ?? found
      const key = name ?? number ?? ''
      return (/^\d+$/.test(key) ? match[Number(key)] : match.groups?.[key]) ?? ''
    },
  )
}
