/** A regular expression that cannot be read. */
export class BadPattern extends Error {}

/**
 * A pattern as Ansible's users write it (Python's re) as a RegExp: named groups, \A and \Z, flags at the start. What
 * JavaScript reads differently and rarely occurs (conditionals, possessive quantifiers) is refused.
 */
export function pattern(source: string): RegExp {
  let flags = ''
  const bare = source.replace(/^\(\?([aiLmsux]+)\)/, (_, letters: string) => {
    for (const letter of letters) if ('ims'.includes(letter) && !flags.includes(letter)) flags += letter
    if (letters.includes('x')) throw new BadPattern('the flag x is not supported')
    return ''
  })
  if (/\(\?\(/.test(bare)) throw new BadPattern('conditional groups are not supported')
  const translated = bare
    .replace(/\\.|\(\?P<|\(\?P=(\w+)\)/gs, (found, name: string | undefined) => {
      if (name !== undefined) return `\\k<${name}>`
      if (found === '(?P<') return '(?<'
      if (found === '\\A') return flags.includes('m') ? '(?<![\\s\\S])' : '^'
      return found === '\\Z' ? '(?![\\s\\S])' : found
    })
    .replace(/\(\?#[^)]*\)/g, '')
  try {
    return new RegExp(translated, flags)
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
