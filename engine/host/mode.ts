/** Bits that no `who` before + - = leaves alone: the umask that every probe and most logins have. */
const UMASK = 0o022

const SPECIAL = { u: 0o4000, g: 0o2000, o: 0o1000 } as const
const SHIFT = { u: 6, g: 3, o: 0 } as const
type Who = keyof typeof SHIFT

/** The bits of `rwxXst`, or of another class (u=g), as they count for one class. */
function bitsFor(who: Who, words: string, now: number, isDir: boolean): number {
  if (/^[ugo]$/.test(words)) return ((now >> SHIFT[words as Who]) & 7) << SHIFT[who]
  const executable = isDir || (now & 0o111) !== 0
  let bits = 0
  for (const word of words) {
    if (word === 'r') bits |= 4 << SHIFT[who]
    if (word === 'w') bits |= 2 << SHIFT[who]
    if (word === 'x' || (word === 'X' && executable)) bits |= 1 << SHIFT[who]
    if (word === 's' && who !== 'o') bits |= SPECIAL[who]
    if (word === 't' && who === 'o') bits |= SPECIAL.o
  }
  return bits
}

/**
 * The octal mode that a mode as people write it (chmod(1): 0644, u=rw,go=r, a+X) makes of the current one. Octal
 * comes back as four digits. A current mode that nobody knows counts as that of a new file or folder.
 */
export function resolveMode(mode: string, current: string | undefined, isDir: boolean): string {
  if (/^[0-7]+$/.test(mode)) return mode.padStart(4, '0')
  const known = current !== undefined && /^[0-7]+$/.test(current)
  let now = known ? Number.parseInt(current, 8) : isDir ? 0o755 : 0o644
  for (const clause of mode.split(',')) {
    const [, who = '', actions = ''] = /^([ugoa]*)(.*)$/.exec(clause) ?? []
    const classes = who === '' || who.includes('a') ? (['u', 'g', 'o'] as const) : ([...who] as Who[])
    for (const [, operator, words = ''] of actions.matchAll(/([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)/g)) {
      const before = now
      for (const one of classes) {
        const bits = bitsFor(one, words, before, isDir) & (who === '' ? ~UMASK : -1)
        const all = (7 << SHIFT[one]) | SPECIAL[one]
        now = operator === '+' ? now | bits : operator === '-' ? now & ~bits : (now & ~all) | bits
      }
    }
  }
  return now.toString(8).padStart(4, '0')
}
