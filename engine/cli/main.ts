import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { KplayError } from '../errors.ts'
import { addDocCommand } from './doc.ts'
import { EXIT, exitCodeOf } from './exit.ts'
import { addRunCommand } from './run.ts'

/** The package's version, from the one place that states it. */
const version = (
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
).version

const program = new Command('kplay')
  .description('Brings hosts to the state that YAML playbooks describe. Targets need only sshd and a POSIX sh.')
  .version(version)
  .showSuggestionAfterError()
  .showHelpAfterError('(kplay --help, kplay run --help)')
  .enablePositionalOptions()
  .exitOverride()

// A reader that went away (`kplay run … | head`) is no reason for a stack trace.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok)
    throw error
  })
}

addRunCommand(program)
addDocCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = await failed(error)
}

async function failed(error: unknown): Promise<number> {
  if (isCommander(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput
  if (error instanceof KplayError) {
    const { printError } = await import('./print-error.ts')
    printError(error)
    return exitCodeOf(error)
  }
  process.stderr.write(
    `kplay: a bug of kplay itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return EXIT.noStart
}

function isCommander(error: unknown): error is { code: string; exitCode: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')
}
