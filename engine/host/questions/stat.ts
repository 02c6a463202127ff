import type { Entry, Kind } from '../reader.ts'
import { sh } from '../shell.ts'
import { ALONE, absentOr, absentOrAlone, type Answer, type Question } from './question.ts'

const KINDS: Readonly<Record<number, Kind>> = {
  0o01: 'fifo',
  0o02: 'char',
  0o04: 'dir',
  0o06: 'block',
  0o10: 'file',
  0o12: 'link',
  0o14: 'socket',
}

/** stat's format for one entry: `fields:owner:group:name MARK name with link text MARK`. */
export const statFormat = (mark: string): string => `%f %u %g %s %Y %X %Z %i %d %h:%U:%G:%n${mark}%N${mark}`

/** Entries by path, links not followed. */
export const lstatQuestion = statQuestion(false)
/** Entries by path, links followed; a dangling link is absent. */
export const statFollowedQuestion = statQuestion(true)

function statQuestion(follow: boolean): Question<string, Entry | undefined> {
  return {
    name: follow ? 'stat' : 'lstat',
    // Without QUOTING_STYLE GNU's %N is written for eyes. One process for all, whether they are there or not.
    script: (paths, mark, alone) =>
      sh`QUOTING_STYLE=literal stat ${follow ? ['-L'] : []} -c ${statFormat(mark)} -- ${paths}${
        alone && !follow ? sh`; code=$?; [ ! -L ${paths} ] || readlink -n -- ${paths}; exit "$code"` : sh``
      }`,
    read({ stdout, stderr }, paths, mark, alone) {
      const parts = stdout.toString('utf8').split(mark)
      const found = new Map<string, Answer<Entry>>()
      for (let index = 0; index + 2 < parts.length; index += 2) {
        const record = readRecord(parts[index] ?? '', parts[index + 1] ?? '')
        // Asked alone, the link's text stands at the very end, as readlink printed it.
        const target = alone && record?.entry.kind === 'link' ? (parts.at(-1) ?? '').slice(1) : record?.target
        if (record) found.set(record.name, target === ALONE ? ALONE : withTarget(record.entry, target))
      }
      const failed = paths.filter((path) => !found.has(path)).length
      const missing = alone ? absentOr(paths[0] ?? '', stderr) : absentOrAlone(failed, stderr)
      return paths.map((path) => found.get(path) ?? missing)
    },
  }
}

const withTarget = (entry: Entry, target: string | undefined): Entry =>
  entry.kind === 'link' ? { ...entry, target } : entry

/** One entry of stat's output; undefined for what is none. */
export function readRecord(
  text: string,
  quoted: string,
): { readonly name: string; readonly entry: Entry; readonly target: string | typeof ALONE | undefined } | undefined {
  const match = /^\n?([0-9a-f]+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+):([^:]*):([^:]*):([^]*)$/.exec(
    text,
  )
  if (!match) return undefined
  const [, hex = '', ...fields] = match
  const bits = Number.parseInt(hex, 16)
  const [uid = 0, gid = 0, size = 0, mtime = 0, atime = 0, ctime = 0, inode = 0, device = 0, links = 0] = fields
    .slice(0, 9)
    .map(Number)
  const [owner = '', group = '', name = ''] = fields.slice(9)
  const kind = KINDS[bits >> 12] ?? 'file'
  const entry: Entry = {
    kind,
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    uid,
    gid,
    owner: owner === 'UNKNOWN' || owner === '' ? String(uid) : owner,
    group: group === 'UNKNOWN' || group === '' ? String(gid) : group,
    size,
    mtime,
    atime,
    ctime,
    inode,
    device,
    links,
  }
  return { name, entry, target: kind === 'link' ? linkText(name, quoted) : undefined }
}

/** The text of a link from %N: `name -> text` of GNU stat since 8.25, `'name' -> 'text'` of busybox and older ones. */
function linkText(name: string, quoted: string): string | typeof ALONE {
  const plain = `${name} -> `
  if (quoted.startsWith(plain)) return quoted.slice(plain.length)
  const old = /^['`](.*)' -> ['`](.*)'$/s.exec(quoted)
  // The older ones escape odd bytes, busybox does not: with a backslash nobody knows which it was.
  return old?.[1] === name && old[2] !== undefined && !old[2].includes('\\') ? old[2] : ALONE
}
