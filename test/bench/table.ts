import { median } from './race.ts'
import type { Figures } from './race.ts'

/** A row as it was measured. */
export interface Measured {
  readonly id: string
  readonly title: string
  readonly figures: ReadonlyMap<string, Figures>
}

interface Line {
  readonly name: string
  readonly wall: number
  readonly spread: string
  readonly cpu: number
  readonly megabytes: number
  readonly trips: number | undefined
  readonly turns: number | undefined
  readonly failed: boolean
}

function lineOf([name, { samples, trips }]: [string, Figures]): Line {
  const walls = samples.map(({ wall }) => wall)
  return {
    name,
    wall: median(walls),
    spread: `${seconds(Math.min(...walls))}–${seconds(Math.max(...walls))}`,
    cpu: median(samples.map(({ cpu }) => cpu)),
    megabytes: median(samples.map(({ memory }) => memory)) / 1e6,
    trips,
    turns: samples[0]?.turns === undefined ? undefined : median(samples.map(({ turns = 0 }) => turns)),
    failed: samples.some(({ code }) => code !== 0),
  }
}

const seconds = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1))

const head = ['', 'wall s', 'fewest–most', '× kplay', 'CPU s', 'peak MB', 'round trips', 'turns on the wire']

/** The figures of a row as cells, under `head`. */
function cellsOf({ figures }: Measured): string[][] {
  const lines = [...figures].map(lineOf)
  const own = lines.find(({ name }) => name === 'kplay')?.wall
  return lines.map(({ name, wall, spread, cpu, megabytes, trips, turns, failed }) => [
    failed ? `${name} (fails)` : name,
    seconds(wall),
    spread,
    own === undefined ? '' : (wall / own).toFixed(wall / own < 10 ? 2 : 1),
    seconds(cpu),
    megabytes.toFixed(0),
    trips === undefined ? '' : String(trips),
    turns === undefined ? '' : String(turns),
  ])
}

/** One row for a terminal. */
export function renderPlain(measured: Measured): string {
  const cells = [head, ...cellsOf(measured)]
  const widths = head.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) =>
    line.map((cell, column) => (column ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[0] ?? 0))).join('  '),
  )
  return [`(${measured.id}) ${measured.title}`, ...lines.map((line) => `  ${line.trimEnd()}`)].join('\n')
}

/** A row as a section of a page of docs/. */
function sectionOf(row: Measured, remark: string | undefined): string {
  const cells = cellsOf(row).map((line) => `| ${line.join(' | ')} |`)
  const rule = `| --- |${' --- |'.repeat(head.length - 1)}`
  const rounds = Math.max(...[...row.figures.values()].map(({ samples }) => samples.length))
  const how = `Medians of ${rounds} runs.${remark === undefined ? '' : ` ${remark}`}`
  return [`## (${row.id}) ${row.title}`, '', `| ${head.join(' | ')} |`, rule, ...cells, '', how].join('\n')
}

/**
 * A page of docs/ with what was measured now, and the other rows as they stand in the page there is.
 * @param order the ids of all rows
 */
export function renderPage(
  rows: readonly Measured[],
  about: readonly string[],
  remarks: Readonly<Record<string, string>>,
  order: readonly string[],
  before = '',
): string {
  const sections = new Map(
    before.split(/^(?=## \()/m).flatMap((section): [string, string][] => {
      const [, id] = /^## \((\w+)\)/.exec(section) ?? []
      return id === undefined ? [] : [[id, section.trimEnd()]]
    }),
  )
  for (const row of rows) sections.set(row.id, sectionOf(row, remarks[row.id]))
  return `${[...about, ...order.flatMap((id) => sections.get(id) ?? [])].join('\n\n')}\n`
}
