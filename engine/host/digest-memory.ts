import type { Algorithm, KnownDigest } from './reader.ts'
import { type Command, sh } from './shell.ts'

/** What stat, in UTC, tells of a file as its stamp, with fractions of seconds where the host knows them. */
export const STAMP = '%d %i %s %y %z'

/** Digests of big files of one machine. A stamp that the machine confirms says that the file is still the same one. */
export interface DigestMemory {
  get(path: string, algorithm: Algorithm): KnownDigest | undefined
  keep(path: string, algorithm: Algorithm, digest: KnownDigest): void
}

/** Bytes from which on a digest is worth remembering. */
export const BIG = 1 << 20
/**
 * Seconds: a file that was changed only a moment ago may be changed again without another time. Where times have
 * fractions of seconds, the moment is a tick of the kernel's clock: 10 ms at most.
 */
const SETTLED = { coarse: 3, fine: 0.02 } as const

/** Prints the stamps of files, links followed, and the clock. What cannot be looked at has no line. */
export const stamps = (files: Command): Command => stampsAs(files, '')

const stampsAs = (files: Command, word: string): Command =>
  sh`TZ=UTC0 stat -L -c ${`${word}${STAMP} %Z`} -- ${files} /proc/self 2>/dev/null`

/** Prints the stamp of a file that has its name from this very moment on. */
export const freshStamp = (file: Command): Command => sh`{ ${stampsAs(file, 'stamp ')} || :; }`

/**
 * Takes what `freshStamp` printed out of a text: the stamp of a file that had its digest when it was renamed, just before.
 * Undefined where it is not worth remembering, or the clock too coarse to tell what came after.
 */
export function freshStampIn(text: string): { readonly stamp: string | undefined; readonly rest: string } {
  const [line = '', clock] = [...text.matchAll(/^stamp (.*)$/gm)].map(([, found = '']) => found)
  const isFine = changeIn(clock).fraction > 0 && changeIn(line).fraction > 0
  const stamp = isFine && sizeIn(line) >= BIG ? stampOf(line) : undefined
  return { stamp, rest: text.replace(/^stamp .*\n/gm, '') }
}

/** One for each file that was looked at; undefined where it is not worth remembering, or not safe. */
export function stampsIn(text: string): readonly (string | undefined)[] {
  const lines = text.split('\n')
  const now = changeIn(lines.pop())
  return lines.map((line) => {
    const changed = changeIn(line)
    const moment = SETTLED[now.fraction > 0 && changed.fraction > 0 ? 'fine' : 'coarse']
    const isSettled = now.seconds - changed.seconds + (now.fraction - changed.fraction) >= moment
    return sizeIn(line) >= BIG && isSettled ? stampOf(line) : undefined
  })
}

const sizeIn = (line: string): number => Number(line.split(' ')[2])
const stampOf = (line: string): string => line.slice(0, line.lastIndexOf(' '))

/** When it was changed last: whole seconds since 1970 stand at the end, the fraction in the text before that. */
function changeIn(line = ''): { readonly seconds: number; readonly fraction: number } {
  const fraction = /:\d\d(\.\d+)? [-+\d]* ?\d+$/.exec(line)?.[1] ?? ''
  return { seconds: Number(line.slice(line.lastIndexOf(' ') + 1)), fraction: Number(`0${fraction}`) }
}
