import type { Algorithm, KnownDigest } from './reader.ts'
import { type Command, sh } from './shell.ts'

/** What stat tells of a file as its stamp, with fractions of seconds where the host knows them. */
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
export const stamps = (files: Command): Command => sh`stat -L -c ${`${STAMP} %Z`} -- ${files} /proc/self 2>/dev/null`

/** What stands before the stamp of a file that a step put in place. */
export const STAMPED = 'stamp\n'

/** Prints the stamp of a file that was put in place just now, once it says something. */
export const settledStamp = (file: Command): Command => sh`sleep ${SETTLED.fine} 2>/dev/null
printf ${STAMPED}
${stamps(file)} || :`

/** One for each file that was looked at; undefined where it is not worth remembering, or not safe. */
export function stampsIn(text: string): readonly (string | undefined)[] {
  const lines = text.split('\n')
  const now = changeIn(lines.pop())
  return lines.map((line) => {
    const size = Number(line.split(' ')[2])
    const changed = changeIn(line)
    const moment = SETTLED[now.fraction > 0 && changed.fraction > 0 ? 'fine' : 'coarse']
    const isSettled = now.seconds - changed.seconds + (now.fraction - changed.fraction) >= moment
    return size >= BIG && isSettled ? line.slice(0, line.lastIndexOf(' ')) : undefined
  })
}

/** When it was changed last: whole seconds since 1970 stand at the end, the fraction in the text before that. */
function changeIn(line = ''): { readonly seconds: number; readonly fraction: number } {
  const fraction = /:\d\d(\.\d+)? [-+\d]* ?\d+$/.exec(line)?.[1] ?? ''
  return { seconds: Number(line.slice(line.lastIndexOf(' ') + 1)), fraction: Number(`0${fraction}`) }
}
