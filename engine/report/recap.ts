import type { Counts } from '../events.ts'
import { seconds, STATUS_STYLE, type Paint } from './style.ts'

const COLUMNS = ['ok', 'changed', 'skipped', 'failed', 'unreachable', 'maybe', 'ignored', 'rescued'] as const
/** Shown only when some host has one. */
const RARE: readonly string[] = ['maybe', 'ignored', 'rescued']

/** One row a host. `host : ok=3 changed=1 …` stays as Ansible's users grep for it. */
export function renderRecap(
  recap: ReadonlyMap<string, Counts>,
  { check, elapsed, interrupted }: { check: boolean; elapsed: number; interrupted: boolean },
  paint: Paint,
): string {
  const width = Math.max(4, ...[...recap.keys()].map((name) => name.length))
  const columns = COLUMNS.filter(
    (column) => !RARE.includes(column) || [...recap.values()].some((counts) => counts[column] > 0),
  )
  const digits = new Map(
    columns.map((column) => [
      column,
      Math.max(...[...recap.values()].map((counts) => String(counts[column]).length), 1),
    ]),
  )
  const rows = [...recap].map(([name, counts]) => {
    const cells = columns.map((column) => {
      const cell = `${column}=${counts[column]}`.padEnd(column.length + 1 + (digits.get(column) ?? 1))
      return counts[column] > 0 && column in STATUS_STYLE
        ? paint(STATUS_STYLE[column as keyof typeof STATUS_STYLE], cell)
        : paint('dim', cell)
    })
    return `  ${name.padEnd(width)} : ${cells.join(' ')}`.trimEnd()
  })
  const sum = (column: keyof Counts): number => [...recap.values()].reduce((total, counts) => total + counts[column], 0)
  const verb = check ? 'would change' : 'changed'
  const total = `${recap.size} ${recap.size === 1 ? 'host' : 'hosts'}, ${sum('changed')} ${verb}, ${sum('failed')} failed, ${sum('unreachable')} unreachable, ${seconds(elapsed)}`
  const head = `${paint('bold', 'recap')}${check ? ' (check: nothing was changed)' : ''}${interrupted ? ' (interrupted)' : ''}`
  return [head, ...rows, `  ${total}`].join('\n')
}
