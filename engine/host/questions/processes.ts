import { sh } from '../shell.ts'
import { absentOr, cannotLook, cutEach, eachCall, type Question, reasonIn } from './question.ts'

export interface ProcessEntry {
  /** Its words with spaces between them; its name in brackets where it shows none. */
  readonly command: string
  /** Seconds since 1970. */
  readonly startTime: number
}

/** Ticks per second in /proc: a constant of the kernel's interface on all machines Node runs on. */
const TICKS = 100

/** Living processes by pid; a zombie lives no more. */
export const processQuestion: Question<number, ProcessEntry | undefined> = {
  name: 'process',
  fleeting: true,
  limit: () => 256 * 1024,
  script: (pids, mark) =>
    eachCall(
      mark,
      sh`show() { cat -- "/proc/$1/stat" "/proc/$1/cmdline" && grep '^btime ' /proc/stat; }`,
      pids.map((pid) => sh`show ${pid}`),
    ),
  read(section, pids, mark) {
    const parts = cutEach(section, mark)
    return pids.map((pid, index) => {
      const part = parts[index]
      if (!part) return cannotLook(`process ${pid}`, 'the answer broke off')
      // A process that ends while it is read answers ESRCH.
      if (part.code !== 0)
        return /No such process\s*$/.test(part.stderr) ? undefined : absentOr(`process ${pid}`, part.stderr)
      return parseProcess(part.stdout.toString('utf8'))
    })
  },
}

/** proc(5), /proc/PID/stat: the name, in parentheses, may hold anything; the rest is counted from its end. */
function parseProcess(text: string): ProcessEntry | undefined {
  const boot = /btime (\d+)\n$/.exec(text)
  const command = text.slice(text.indexOf('\n') + 1, boot?.index ?? text.length)
  const stat = text.slice(0, text.indexOf('\n'))
  const close = stat.lastIndexOf(')')
  const fields = stat.slice(close + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X' || close < 0) return undefined
  const words = command.replace(/\0+$/, '').replaceAll('\0', ' ')
  return {
    command: words === '' ? `[${stat.slice(stat.indexOf('(') + 1, close)}]` : words,
    startTime: Number(boot?.[1] ?? 0) + Number(fields[19] ?? 0) / TICKS,
  }
}

export interface Listener {
  readonly address: string
  readonly port: number
  readonly inode: number
}

/** Sockets that listen; the only subject is the empty text. */
export const listeningQuestion: Question<string, readonly Listener[]> = {
  name: 'listening',
  brief: true,
  limit: () => 4 * 1024 * 1024,
  // State 0A is LISTEN. A kernel without IPv6 has no tcp6.
  script: () => sh`set -- /proc/net/tcp
[ ! -e /proc/net/tcp6 ] || set -- "$@" /proc/net/tcp6
grep -h '^ *[0-9]*: [0-9A-F:]* [0-9A-F:]* 0A ' "$@"; [ "$?" -le 1 ]`,
  read: ({ stdout, stderr, code }, subjects) =>
    subjects.map(() =>
      code === 0 ? parseListeners(stdout.toString('latin1')) : cannotLook('sockets', reasonIn(stderr)),
    ),
}

/** proc(5): local address and port in hex, addresses as 32-bit words in the machine's own byte order (little-endian). */
export function parseListeners(text: string): Listener[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const [address, port] = fields[1]?.split(':') ?? []
    if (address === undefined || port === undefined) return []
    return { address: addressOf(address), port: Number.parseInt(port, 16), inode: Number(fields[9] ?? 0) }
  })
}

function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  for (let word = 0; word + 4 <= bytes.length; word += 4) bytes.subarray(word, word + 4).reverse()
  if (bytes.length === 4) return [...bytes].join('.')
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16))
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') return `::ffff:${[...bytes.subarray(12)].join('.')}`
  return shortened(groups)
}

/** RFC 5952: the longest run of two or more zero groups, the first of equals, becomes `::`. */
function shortened(groups: readonly string[]): string {
  const runs = [...groups.join(':').matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].sort(
    (one, other) => other[0].length - one[0].length,
  )
  const [run] = runs
  const text = groups.join(':')
  if (!run) return text
  const before = text.slice(0, run.index).replace(/:$/, '')
  const after = text.slice(run.index + run[0].length).replace(/^:/, '')
  return `${before}::${after}`
}
