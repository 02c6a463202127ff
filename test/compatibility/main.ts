import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { Command } from 'commander'
import pLimit from 'p-limit'
import { callsOf } from './call.ts'
import { readList } from './list.ts'
import { measureTarget } from './measure.ts'
import { recordTarget } from './record.ts'
import { repeatTarget } from './repeat.ts'
import { renderReport, summaryOf } from './report.ts'
import { makeSandbox } from './sandbox.ts'
import { endWorkers } from './workers.ts'

const LIST = 'test/compatibility/cases.yaml'
const REPORT = 'docs/compatibility.md'
const LEFT = 'test/compatibility/roles.md'

interface RecordFlags {
  readonly core: string
  readonly ansible: string
  readonly records: string
  readonly key?: string
  readonly goOn?: true
}

/** Real Ansible is asked once; its answers are kept. */
async function record(names: readonly string[], { core, ansible, records, key, goOn }: RecordFlags): Promise<void> {
  const limit = pLimit(availableParallelism())
  const bin = resolve(ansible)
  const targets = names.length > 0 ? names : [...readList(LIST).keys()]
  const one = async (target: string): Promise<void> => {
    const real = { core: resolve(core), bin, ...(key !== undefined && { key: resolve(key) }) }
    const sandbox = makeSandbox(real, resolve(records, 'work', target), target)
    const kept = resolve(records, 'calls', target)
    const said = await recordTarget(sandbox, bin, kept, goOn === true)
    mkdirSync(resolve(records, 'said'), { recursive: true })
    writeFileSync(resolve(records, 'said', target), said)
    console.log(`${target}: ${callsOf(kept).length} calls, ${said.trim().split('\n').at(-1)}`)
  }
  await Promise.all(targets.map((target) => limit(one, target)))
}

/** What is drawn anew each time is found by a second time. */
function repeat(names: readonly string[], { ansible, records }: Pick<RecordFlags, 'ansible' | 'records'>): void {
  for (const name of names)
    console.log(`${name}: ${repeatTarget(name, resolve(ansible), resolve(records))} calls ended as before`)
}

interface MeasureFlags {
  readonly records: string
  readonly write?: true
  readonly json?: string
  readonly quick?: true
}

/** Runs kplay where Ansible ran, and compares. */
async function measure(names: readonly string[], { records, write, json, quick }: MeasureFlags): Promise<void> {
  const limit = pLimit(availableParallelism())
  const list = [...readList(LIST)].filter(([name]) => names.length === 0 || names.includes(name))
  const measured = await Promise.all(
    list.map(([name, target]) =>
      limit(async () => {
        const found = await measureTarget(name, target, resolve(records), quick === true)
        for (const { run, mistake } of found) {
          console.log(
            `${mistake === undefined ? 'pass' : 'FAIL'}  ${name}: ${run}${mistake === undefined ? '' : `\n      ${mistake}`}`,
          )
        }
        return found
      }),
    ),
  )
  const all = measured.flat()
  if (json !== undefined) writeFileSync(json, JSON.stringify(all, null, 1))
  if (write) writeFileSync(REPORT, renderReport(readList(LIST), all, LEFT))
  console.log(summaryOf(all))
  endWorkers()
}

const program = new Command('compatibility').description("runs ansible-core's own targets of the language with kplay")
program
  .command('record')
  .description('runs targets with real Ansible and keeps each call: what it was given, how it ended')
  .argument('[target...]', 'targets (default: all of the list)')
  .requiredOption('--core <folder>', "ansible-core's source")
  .requiredOption('--ansible <folder>', 'where ansible-playbook and its like are')
  .requiredOption('--records <folder>', 'where calls are kept: outside of this repository')
  .option('--key <file>', 'private key that an sshd on 127.0.0.3, .4 and .254 lets root in with')
  .option('--go-on', 'a script does not end at the first thing it finds wrong')
  .action(record)
program
  .command('repeat')
  .description('runs the recorded calls of targets again: what Ansible itself says otherwise then is not compared')
  .argument('<target...>', 'targets that say what is drawn at random')
  .requiredOption('--ansible <folder>', 'where ansible-playbook and its like are')
  .requiredOption('--records <folder>', 'where calls were kept')
  .action(repeat)
program
  .command('measure', { isDefault: true })
  .description('does what was recorded with kplay, from the same files, and compares')
  .argument('[target...]', 'targets (default: all of the list)')
  .requiredOption('--records <folder>', 'where calls were kept')
  .option('--write', `write ${REPORT}`)
  .option('--quick', 'many in one process')
  .option('--json <file>', 'write what became of each case')
  .action(measure)
await program.parseAsync()
