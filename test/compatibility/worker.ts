/*
 * Runs kplay for one call after the other in one process, which spares each the start of Node. The parent sends a job
 * and gets its ending; when a call does not come to an end it kills this process and starts another.
 */
import { runProgram } from '../../engine/cli/program.ts'
import type { Ending } from './judge.ts'

export interface Job {
  readonly words: readonly string[]
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
}

async function run({ words, folder, environment }: Job): Promise<Ending> {
  const { stdout, stderr } = process
  const writes = { out: stdout.write, error: stderr.write }
  const heard = { output: '', errors: '' }
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
  process.chdir(folder)
  stdout.write = (chunk: unknown) => ((heard.output += String(chunk)), true)
  stderr.write = (chunk: unknown) => ((heard.errors += String(chunk)), true)
  process.exitCode = 0
  try {
    await runProgram(words, '0')
    return { exit: Number(process.exitCode), ...heard }
  } finally {
    stdout.write = writes.out
    stderr.write = writes.error
  }
}

process.on('message', (job: Job) => {
  void run(job).then((ending) => process.send?.(ending))
})
