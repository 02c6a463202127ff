import './own-lab.ts'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { withBench } from './bench.ts'
import type { Bench } from './bench.ts'
import { aboutPage, remarks } from './about.ts'
import { race } from './race.ts'
import type { Sample } from './race.ts'
import type { RowMaker } from './rows/row.ts'
import { far } from './rows/far.ts'
import { list } from './rows/list.ts'
import { site } from './rows/site.ts'
import { tasks } from './rows/tasks.ts'
import { renderPage, renderPlain } from './table.ts'
import type { Measured } from './table.ts'

const PAGE = 'docs/benchmarks.md'
const rows: readonly RowMaker[] = [...site, ...tasks, ...far, ...list]

const say = (line: string): void => console.log(`bench: ${line}`)

interface Flags {
  readonly rounds: string
  readonly only?: readonly string[]
  readonly fresh?: true
  readonly write?: true
  readonly keep?: string
}

async function measure(bench: Bench, { id, open }: RowMaker, { rounds, only, keep }: Flags): Promise<Measured> {
  const { title, contenders } = await open(bench)
  const chosen = contenders.filter(({ name }) => !only || only.some((word) => name.includes(word)))
  if (keep !== undefined) mkdirSync(keep, { recursive: true })
  const tell = (name: string, { wall, cpu, memory, output }: Sample): void => {
    const took = `${wall.toFixed(2)} s, CPU ${cpu.toFixed(2)} s, ${(memory / 1e6).toFixed(0)} MB`
    say(`(${id}) ${name}: ${took} (load ${loadavg()[0]?.toFixed(1)})`)
    if (keep !== undefined) writeFileSync(join(keep, `${id} ${name.replaceAll('/', ' ')}.txt`), output)
  }
  const timing = { folder: bench.folder, python: bench.peers.python }
  return { id, title, figures: await race(timing, chosen, Number(rounds), tell) }
}

async function main(ids: readonly string[], flags: Flags): Promise<void> {
  const unknown = ids.filter((id) => !rows.some((row) => row.id === id))
  if (unknown.length) throw new Error(`no row ${unknown.join(', ')}: there are ${rows.map(({ id }) => id).join(', ')}`)
  const chosen = rows.filter(({ id }) => !ids.length || ids.includes(id))
  await withBench(flags.fresh === true, say, async (bench) => {
    const measured: Measured[] = []
    for (const row of chosen) {
      measured.push(await measure(bench, row, flags))
      console.log(`\n${renderPlain(measured.at(-1)!)}\n`)
    }
    if (!flags.write) return
    const before = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : ''
    const order = rows.map(({ id }) => id)
    writeFileSync(PAGE, renderPage(measured, aboutPage(bench.peers.versions), remarks, order, before))
  })
}

const program = new Command('bench')
  .description('kplay and its peers on the same hosts of a lab, side by side')
  .argument('[row...]', `rows (default: all): ${rows.map(({ id }) => id).join(', ')}`)
  .option('--rounds <n>', 'how often each runs; the table has the medians', '3')
  .option('--only <name...>', 'only those whose name has one of these words in it')
  .option('--fresh', 'look for newer versions of the peers')
  .option('--keep <folder>', 'keep what each printed in its last run')
  .option('--write', `write them into ${PAGE}`)
  .action(main)
program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
