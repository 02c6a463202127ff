import { KplayError } from '../errors.ts'
import type { AskOptions, CommandResult, Reader } from '../host/reader.ts'
import type { Command } from '../host/shell.ts'
import type { RunStep } from '../host/step.ts'
import type { Ran, ReadAnswer, ReadContext, ResultValues } from '../module/define.ts'
import { flag, path, text } from '../schema/field.ts'

/** Arguments that `command` and `shell` share. */
export const commandFields = {
  chdir: path({ optional: true, help: 'Folder to run it in.' }),
  creates: text({
    optional: true,
    help: 'Path or shell pattern; when something is there, the command is not run. Relative to `chdir`.',
  }),
  removes: text({
    optional: true,
    help: 'Path or shell pattern; when nothing is there, the command is not run. Relative to `chdir`.',
  }),
  stdin: text({ optional: true, help: 'Text for its standard input, which is empty otherwise.' }),
  stdin_add_newline: flag({ default: true, help: 'End that text with a newline.' }),
  strip_empty_ends: flag({ default: true, help: 'Take line ends off the end of what it prints.' }),
  read_only: flag({
    default: false,
    help: 'You promise that it changes nothing: it also runs in check mode, and never counts as changed.',
  }),
} as const

export interface CommandArgs {
  readonly chdir: string | undefined
  readonly creates: string | undefined
  readonly removes: string | undefined
  readonly stdin: string | undefined
  readonly stdin_add_newline: boolean
  readonly strip_empty_ends: boolean
  readonly read_only: boolean
}

export const ALWAYS = 'nobody can know what a command does: say so with creates, removes or read_only'

/** A relative path means something only in a folder that is known. */
export const guardMistake = ({ creates, removes, chdir }: CommandArgs): string | undefined =>
  chdir === undefined && [creates, removes].some((guard) => guard !== undefined && !/^[/~]/.test(guard))
    ? 'creates and removes are absolute paths, or relative ones together with chdir'
    : undefined

/** Why it need not run, in the probe's words: null when it must. */
export type Guards = { readonly 'nothing to do': string | null }

export async function probeGuards({ creates, removes, chdir }: CommandArgs, reader: Reader): Promise<Guards> {
  const there = async (pattern: string): Promise<boolean> => {
    const place = /^[/~]/.test(pattern) ? pattern : `${chdir ?? ''}/${pattern}`
    if (/[*?[]/.test(place)) return (await reader.glob(place)).length > 0
    const entry = await reader.lstat(place)
    if (entry?.kind === 'unknown')
      throw new KplayError('UNPREDICTABLE', `${place} is there or not, depending on what an earlier task would do`)
    return entry !== undefined
  }
  const [made, gone] = await Promise.all([
    creates === undefined ? false : there(creates),
    removes === undefined ? false : there(removes).then((found) => !found),
  ])
  return { 'nothing to do': made ? `'${creates}' exists` : gone ? `'${removes}' does not exist` : null }
}

const stdinOf = ({ stdin, stdin_add_newline }: CommandArgs): string | undefined =>
  stdin === undefined ? undefined : stdin_add_newline ? `${stdin}\n` : stdin

export const commandStep = (args: CommandArgs, command: Command, label: string): RunStep => ({
  kind: 'run',
  command,
  label,
  chdir: args.chdir,
  stdin: stdinOf(args),
  effects: [],
  okCodes: 'any',
})

/** The exit code judges a command; its output is shown by the engine. */
export function commandFailure(ran: readonly Ran[]): string | undefined {
  const code = ran.at(-1)?.code ?? 0
  if (code === 0) return undefined
  if (code === 127) return 'exit code 127: command not found'
  const signal = SIGNALS[code - 128]
  return signal === undefined ? `non-zero exit code ${code}` : `exit code ${code}: ended by ${signal}`
}

/** A shell tells that a signal ended its command by 128 and the signal's number (POSIX XCU 2.8.2). */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'HUP',
  2: 'INT',
  3: 'QUIT',
  6: 'ABRT',
  9: 'KILL: by somebody, or for want of memory',
  11: 'SEGV: it crashed',
  13: 'PIPE',
  15: 'TERM',
}

/** What Ansible registers. `cmd` is the list of words, or a line for a shell. */
export function commandResult(
  args: CommandArgs,
  cmd: string | readonly string[],
  { 'nothing to do': why }: Guards,
  [ran]: readonly CommandResult[],
): ResultValues {
  if (ran) return { cmd, ...outputOf(args, ran) }
  const stdout = why === null ? '' : `skipped, since ${why}`
  return {
    cmd,
    msg: why === null ? 'Command would have run if not in check mode' : `Did not run command since ${why}`,
    rc: 0,
    stdout,
    stdout_lines: lines(stdout),
    stderr: '',
    stderr_lines: [],
    start: null,
    end: null,
    delta: null,
  }
}

/** `read_only`: the same command as a question. */
export async function askCommand(
  args: CommandArgs,
  cmd: string | readonly string[],
  command: Command,
  reader: Reader,
  { environment, timeout }: ReadContext,
): Promise<ReadAnswer> {
  const guards = await probeGuards(args, reader)
  if (guards['nothing to do'] !== null) return { values: commandResult(args, cmd, guards, []) }
  const options: AskOptions = { chdir: args.chdir, stdin: stdinOf(args), environment, timeout }
  const answer = await reader.ask(command, options)
  const values = { cmd, ...outputOf(args, answer) }
  if (answer.timedOut) return { values, failed: 'the command timed out' }
  if (answer.code === 0) return { values }
  const ended = answer.code === null ? `ended by ${answer.signal ?? 'a signal'}` : `exit code ${answer.code}`
  const said = (answer.stderr || answer.stdout).trimEnd().split('\n').slice(-5).join('\n')
  return { values, failed: said === '' ? ended : `${ended}: ${said}` }
}

function outputOf(
  { strip_empty_ends }: CommandArgs,
  { code, signal, stdout, stderr, elapsed }: CommandResult,
): ResultValues {
  const clean = (output: string): string => (strip_empty_ends ? output.replace(/[\r\n]+$/, '') : output)
  const end = Date.now()
  return {
    rc: code ?? -1,
    ...(signal !== null && { signal }),
    stdout: clean(stdout),
    stdout_lines: lines(clean(stdout)),
    stderr: clean(stderr),
    stderr_lines: lines(clean(stderr)),
    ...(elapsed !== undefined && { start: moment(end - elapsed), end: moment(end), delta: duration(elapsed) }),
    msg: code === 0 ? '' : 'The command exited with a non-zero return code.',
  }
}

const lines = (output: string): readonly string[] =>
  output === '' ? [] : output.replace(/(\r\n|\n|\r)$/, '').split(/\r\n|\n|\r/)

/** As Python prints a datetime and a timedelta; the controller's clock, UTC. */
const moment = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '000')
function duration(milliseconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const seconds = milliseconds / 1000
  const fraction = String(Math.round(milliseconds % 1000) * 1000).padStart(6, '0')
  return `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`
}
