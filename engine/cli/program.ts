import { Command } from 'commander'
import { KplayError } from '../errors.ts'
import { addDocCommand } from './doc.ts'
import { addExecCommand } from './exec.ts'
import { EXIT, exitCodeOf } from './exit.ts'
import { addExplainCommand } from './explain.ts'
import { addInventoryCommand } from './inventory.ts'
import { addRunCommand } from './run.ts'
import { addVaultCommand } from './vault.ts'
import { writtenOut } from './spelling.ts'

/** Does what the words of a command line say, and sets process.exitCode. */
export async function runProgram(words: readonly string[], version: string): Promise<void> {
  const program = new Command('kplay')
    .description('Brings hosts to the state that YAML playbooks describe. Targets need only sshd and a POSIX sh.')
    .version(version)
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(toldAsOurs(text)) })
    .enablePositionalOptions()
    .exitOverride()
  addRunCommand(program)
  addExecCommand(program)
  addVaultCommand(program)
  addInventoryCommand(program)
  addExplainCommand(program)
  addDocCommand(program)
  try {
    await program.parseAsync([...writtenOut(words, program)], { from: 'user' })
  } catch (error) {
    process.exitCode = await failed(error)
  }
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

/** A mistake in the options reads as all others do. */
function toldAsOurs(text: string): string {
  const [message = '', suggestion] = text.trim().split('\n')
  const meant = suggestion?.replace(/^\(Did you mean (.*)\)$/, 'did you mean $1')
  return `${message}\n  do: ${meant ?? 'see kplay --help and kplay run --help'}\n`
}
