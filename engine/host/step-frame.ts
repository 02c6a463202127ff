import { exportsOf } from './exports.ts'
import type { AskOptions, CommandResult } from './reader.ts'
import { type Command, quote } from './shell.ts'
import type { Answer } from './wire.ts'

/** Bytes as an argument for `printf %b`, of printing characters only; a NUL cannot stand in a shell word as it is. */
export const printable = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[^ -[\]-~\n]/g, (one) => `\\0${one.charCodeAt(0).toString(8).padStart(3, '0')}`)

/**
 * The frame that runs a command as a step. Environment and script reach the new shell in its environment and its
 * stdin in a pipe: nothing of them stands in an argv, where every user of the host could read it.
 */
export function stepScript(
  nonce: string,
  folder: string,
  command: Command,
  options: AskOptions,
  limit: number,
): string {
  const { chdir, environment, stdin, timeout } = options
  const change = chdir === undefined ? '' : `cd -- ${quote(chdir)} || exit 1; `
  // All in front of the command and on its first line, so that line numbers in messages are the command's own.
  const script = `unset KPLAY_STEP; ${exportsOf(environment).text}${change}${command.text}`
  const seconds = timeout === undefined ? '' : String(Math.max(1, Math.ceil(timeout)))
  const words = [nonce, String(limit), seconds, script, folder]
  if (stdin !== undefined) words.push(printable(Buffer.from(stdin)))
  return `kplay_step ${words.map(quote).join(' ')}\n`
}

/** Takes apart what `kplay_step` answers: `code late bytes bytes\n`, stdout, `\n|NONCE|`, stderr. */
export function readStep({ nonce, stdout, elapsed }: Answer): CommandResult {
  const bytes = stdout.take()
  const head = bytes.indexOf('\n')
  const middle = bytes.lastIndexOf(`\n|${nonce}|`)
  const [code = -1, late = 0, outTotal = 0, errTotal = 0] = bytes.toString('latin1', 0, head).split(' ').map(Number)
  const out = bytes.subarray(head + 1, middle)
  const err = bytes.subarray(middle + nonce.length + 3)
  const dropped = { stdout: Math.max(0, outTotal - out.length), stderr: Math.max(0, errTotal - err.length) }
  return {
    code,
    signal: null,
    stdout: out.toString('utf8'),
    stderr: err.toString('utf8'),
    ...(dropped.stdout + dropped.stderr > 0 ? { dropped } : {}),
    timedOut: late === 1,
    elapsed,
  }
}
