import { dotted, isKey, words } from './_sysctl-file.ts'

export interface SysctlArgs {
  readonly values: Readonly<Record<string, string>> | undefined
  readonly name: string | undefined
  readonly value: string | undefined
  readonly state: 'present' | 'absent'
  readonly file: string | undefined
  readonly persist: boolean
  readonly reload: boolean
  readonly sysctl_set: boolean
  readonly floor: boolean
  readonly floors: Readonly<Record<string, string>> | undefined
  readonly skip_unavailable: boolean
  readonly ignoreerrors: boolean
}

/** One key and what is asked of it; the value as it was written, words folded. */
export interface Goal {
  readonly key: string
  readonly value: string
  readonly floor: boolean
}

const written = ({ values, floors, name, value }: SysctlArgs): readonly (readonly [string, string])[] => [
  ...Object.entries(values ?? {}),
  ...Object.entries(floors ?? {}),
  ...(name === undefined ? [] : [[name, value ?? ''] as const]),
]

export function goalsOf(args: SysctlArgs): readonly Goal[] {
  const floors = new Set(Object.keys(args.floors ?? {}))
  return written(args).map(([key, value]) => ({
    key: dotted(key),
    value: words(value),
    floor: args.floor || floors.has(key),
  }))
}

/** Ansible's default belongs to Ansible's form, our own drop-in to ours. */
export const fileOf = ({ file, name }: SysctlArgs): string =>
  file ?? (name === undefined ? '/etc/sysctl.d/90-kplay.conf' : '/etc/sysctl.conf')

export function mistakeIn(args: SysctlArgs): string | undefined {
  const all = written(args)
  if (all.length === 0) return 'nothing to set: give values, floors, or name and value'
  if (!args.persist && !args.reload && !args.sysctl_set) return 'with persist and reload off there is nothing to do'
  if (!args.persist && args.state === 'absent') return 'state absent is about the file: it needs persist'
  for (const [key, value] of all) {
    if (!isKey(key)) return `"${key}" is no name of a kernel parameter`
    if (args.state === 'present' && words(value) === '') return `${key}: a value is required`
    if (value.trim().includes('\n')) return `${key}: a value is one line`
  }
  const names = all.map(([key]) => dotted(key))
  const twice = names.find((key, at) => names.indexOf(key) !== at)
  return twice === undefined ? undefined : `${twice} is given twice`
}

const YES = /^(yes|true|on|y|t)$/i
const NO = /^(no|false|off|n|f)$/i

/** The value wished for, seen beside the one there is: a truth value is 1 or 0 where the kernel counts, a floor may be exceeded. */
export function goalOf({ value, floor }: Goal, current: string | null): string {
  const counts = current === null ? /^(true|false)$/i.test(value) : /^-?\d+$/.test(current)
  const plain = counts && YES.test(value) ? '1' : counts && NO.test(value) ? '0' : value
  if (!floor || current === null) return plain
  const have = numbers(current)
  const least = numbers(plain)
  if (!have || least?.length !== have.length) return plain
  return have.map((number, at) => (number > (least[at] ?? 0n) ? number : (least[at] ?? 0n))).join(' ')
}

/** Keys that say how much of something there may be. Of others (switches, times, ranges, vm.*) less is not worse. */
const LIMIT = /^(?!vm\.).*(max|mem|backlog|nr_open|shmall)/

/** Whether a change takes something away from the host: a lower limit. */
export function isLowered(key: string, from: string, to: string): boolean {
  if (from === to || !LIMIT.test(key)) return false
  const [before, after] = [numbers(from), numbers(to)]
  if (!before || !after) return false
  return before.some((number, at) => (after[at] ?? number) < number)
}

const numbers = (value: string): readonly bigint[] | undefined =>
  /^-?\d+( -?\d+)*$/.test(value) ? value.split(' ').map(BigInt) : undefined
