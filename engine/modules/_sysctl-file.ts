/**
 * The text of sysctl.conf(5) and sysctl.d(5): `key = value` lines, comments with # or ;, the last line of a key wins.
 */
export interface SysctlLine {
  readonly key: string
  /** Words folded to single spaces, as the kernel's tabs are. */
  readonly value: string
  /** Counted from 1. */
  readonly line: number
}

/**
 * The dotted name of a key. As sysctl.d(5) has it the first separator tells which of dot and slash separates; the
 * other one is part of a name: net/ipv4/conf/eth0.100/forwarding is net.ipv4.conf.eth0/100.forwarding.
 */
export function dotted(key: string): string {
  const [separator] = /[./]/.exec(key) ?? ['.']
  return separator === '/' ? swapped(key) : key
}
/** Below /proc/sys. */
export const pathOf = (key: string): string => swapped(dotted(key))
const swapped = (key: string): string => key.replace(/[./]/g, (char) => (char === '.' ? '/' : '.'))

export const isKey = (key: string): boolean =>
  /^[\w@:+,./-]+$/.test(key) &&
  !key.startsWith('-') &&
  pathOf(key)
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..')

export const words = (value: string): string => value.trim().split(/\s+/).join(' ')

const ASSIGNMENT = /^(\s*-?\s*)([^\s=#;][^=]*?)(\s*=\s*)(.*?)\s*$/

export function readSysctlFile(text: string): readonly SysctlLine[] {
  return text.split('\n').flatMap((line, at) => {
    const [, , key, , value] = ASSIGNMENT.exec(line) ?? []
    return key === undefined || value === undefined
      ? []
      : [{ key: dotted(key.trim()), value: words(value), line: at + 1 }]
  })
}

/** Sets or (null) takes out the keys given; every other line stays byte for byte. A key on several lines keeps its last. */
export function editSysctlFile(text: string, wanted: ReadonlyMap<string, string | null>): string {
  const lines = text.split('\n').map((line) => ({ line, key: keyOf(line) }))
  const last = new Map(lines.map(({ key }, at) => [key, at]))
  const edited = lines.flatMap(({ line, key }, at) => {
    const value = key === undefined ? undefined : wanted.get(key)
    if (value === undefined) return [line]
    if (value === null || last.get(key) !== at) return []
    return [
      line.replace(ASSIGNMENT, (_, indent: string, name: string, equals: string) => indent + name + equals + value),
    ]
  })
  const fresh = [...wanted].filter(([key, value]) => value !== null && !last.has(key))
  if (fresh.length === 0) return edited.join('\n')
  const before = edited.join('\n')
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  return before + gap + fresh.map(([key, value]) => `${key}=${value ?? ''}\n`).join('')
}

function keyOf(line: string): string | undefined {
  const key = ASSIGNMENT.exec(line)?.[2]?.trim()
  return key === undefined ? undefined : dotted(key)
}
