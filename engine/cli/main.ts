import { readFileSync } from 'node:fs'
import { outliveReader } from './outlive-reader.ts'
import { runProgram } from './program.ts'

/** The package's version, from the one place that states it. */
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

for (const stream of [process.stdout, process.stderr]) outliveReader(stream)
// Agents, sockets that hosts have yet to close: nothing that is left may keep the process alive once all is told.
void runProgram(process.argv.slice(2), version).then(() => {
  setTimeout(() => process.exit(), 500).unref()
  process.stdout.write('', () => process.stderr.write('', () => process.exit()))
})
