import type { Entry, Kind } from '../reader.ts'
import { type Command, sh } from '../shell.ts'
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

export interface StatSubject {
  readonly path: string
  /** Links are followed; a dangling one is absent. */
  readonly follow: boolean
}

/** Entries by path. What is no link is the same either way, so only links that are followed cost a second process. */
export const statQuestion: Question<StatSubject, Entry | undefined> = {
  name: 'stat',
  // Whose the session is; the rest of it is of no use to anybody.
  lasting: ({ path, follow }) => follow && path === '/proc/self',
  script(subjects, mark, alone) {
    const followed = subjects.filter(({ follow }) => follow).map(({ path }) => path)
    const both = new Set(followed)
    const plain = subjects.map(({ path }) => path).filter((path) => !both.has(path))
    if (alone && followed.length > 0) return sh`${stat(mark, '-L')} ${followed}`
    if (alone) return sh`${stat(mark)} ${plain}; code=$?; [ ! -L ${plain} ] || readlink -n -- ${plain}; exit "$code"`
    if (followed.length === 0) return sh`${stat(mark)} ${plain}`
    return sh`behind() {
  for path; do
    shift
    [ ! -L "$path" ] || set -- "$@" "$path"
  done
  [ "$#" -eq 0 ] || ${stat(mark, '-L')} "$@"
}
set -- ${followed}
behind "$@"
echo ${mark + mark}; echo ${mark} >&2
${stat(mark)} "$@" ${plain}`
  },
  read({ stdout, stderr }, subjects, mark, alone) {
    if (alone) return [readAlone(stdout.toString('utf8'), stderr, subjects[0]?.path ?? '', mark)]
    const printed = stdout.toString('utf8').split(mark + mark)
    const said = stderr.split(`${mark}\n`)
    const own = readRecords(printed.at(-1) ?? '', mark)
    const behind = printed.length > 1 ? readRecords(printed[0] ?? '', mark) : new Map<string, Found>()
    const links = new Set(subjects.filter(({ path, follow }) => follow && own.get(path)?.entry.kind === 'link'))
    const missing = missingFrom(new Set(subjects.map(({ path }) => path)), own, said.at(-1) ?? '')
    const led = [...links].map(({ path }) => path)
    const dangling = missingFrom(led, behind, said.length > 1 ? (said[0] ?? '') : '')
    return subjects.map((subject): Answer<Entry | undefined> => {
      const { path, follow } = subject
      if (links.has(subject)) return behind.get(path)?.entry ?? dangling
      const found = own.get(path)
      return found ? whole(found, follow ? undefined : found.target) : missing
    })
  },
}

/** Without QUOTING_STYLE GNU's %N is written for eyes. One process for all, whether they are there or not. */
const stat = (mark: string, ...options: readonly string[]): Command =>
  sh`QUOTING_STYLE=literal stat ${options} -c ${statFormat(mark)} --`

type Found = NonNullable<ReturnType<typeof readRecord>>

function readRecords(text: string, mark: string): Map<string, Found> {
  const parts = text.split(mark)
  const found = new Map<string, Found>()
  for (let index = 0; index + 2 < parts.length; index += 2) {
    const record = readRecord(parts[index] ?? '', parts[index + 1] ?? '')
    if (record) found.set(record.name, record)
  }
  return found
}

/** What it means that some of the paths were not printed. */
const missingFrom = (
  paths: Iterable<string>,
  found: ReadonlyMap<string, Found>,
  stderr: string,
): undefined | typeof ALONE => absentOrAlone([...paths].filter((path) => !found.has(path)).length, stderr)

/** A link's text stands at the very end, as readlink printed it. */
function readAlone(text: string, stderr: string, path: string, mark: string): Answer<Entry | undefined> {
  const [found] = readRecords(text, mark).values()
  return found ? whole(found, text.slice(text.lastIndexOf(mark) + mark.length + 1)) : absentOr(path, stderr)
}

const whole = ({ entry }: Found, target: string | typeof ALONE | undefined): Answer<Entry> =>
  entry.kind !== 'link' ? entry : target === ALONE ? ALONE : { ...entry, target }

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
