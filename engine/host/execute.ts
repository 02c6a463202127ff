import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { dirname } from 'node:path/posix'
import { KplayError } from '../errors.ts'
import { beside } from './beside.ts'
import { freshStampIn } from './digest-memory.ts'
import { BACKUP, PLACING, placing, tellsStamp } from './placing.ts'
import { keepFile } from './keeping.ts'
import type { CommandResult } from './reader.ts'
import type { Session } from './session.ts'
import { type Command, sh } from './shell.ts'
import type { Content, Step, StepResult, WriteStep } from './step.ts'
import { printable } from './step-frame.ts'
import type { StepOptions } from './target.ts'

/** Text up to this many bytes travels in the step's own frame; what is larger, or no text, is streamed. */
const INLINE_BYTES = 64 * 1024
/** Up to this many it is part of the step's script, where that is a quick one. */
const SCRIPT_BYTES = 16 * 1024

/**
 * Runs one step. A non-zero exit is a result, a validation that says no among them. Throws REFUSED for a destination
 * that cannot be replaced, CHECKSUM when the host did not get what was sent, UNREACHABLE for a lost connection.
 */
export async function runStep(session: Session, step: Step, options: StepOptions = {}): Promise<StepResult> {
  if (step.kind === 'write') return writeFile(session, step, options)
  if (step.kind === 'keep') return keepFile(session, step, options)
  const { chdir, stdin, quick } = step
  const { environment, aside, sent } = options
  const timeout = step.timeout ?? options.timeout
  const result = await session.step(step.command, { chdir, stdin, timeout, environment, aside, quick, sent })
  if (!step.verifies || result.code !== 0) return { ...result, step }
  const { stamp, rest } = freshStampIn(result.stdout)
  return { ...result, stdout: rest, step, ...(stamp === undefined ? {} : { verified: { ...step.verifies, stamp } }) }
}

async function writeFile(session: Session, step: WriteStep, options: StepOptions): Promise<StepResult> {
  const { sha256, size } = described(step.content)
  const temporary = beside(step.path)
  const text = inlineText(step.content)
  const { timeout, environment, sent } = options
  // What validates may be any program.
  const quick = step.validate === undefined && timeout === undefined && text !== undefined && size <= SCRIPT_BYTES
  const filled = text === undefined ? undefined : quick ? printed(text) : sh`cat`
  const script = placing(step, temporary, sha256, size, filled)
  if (text === undefined) await send(session, step, temporary, size, options)
  else options.progress?.(size, size)
  const result = await session.step(script, { ...(quick ? { quick, sent } : { stdin: text }), timeout, environment })
  throwIfRefused(step, result)
  const { stamp, rest: said } = tellsStamp(step, size)
    ? freshStampIn(result.stdout)
    : { stamp: undefined, rest: result.stdout }
  const { backup, rest } = backupIn(said)
  return {
    ...{ ...result, stdout: rest, step },
    ...(backup === undefined ? {} : { backup }),
    ...(stamp === undefined ? {} : { verified: { path: step.path, algorithm: 'sha256', hex: sha256, stamp } }),
  }
}

/** Prints a text without a process; a shell may not say why it cannot, cat does. */
const printed = (text: string): Command => sh`{
unset text; text=${printable(Buffer.from(text))}
printf %b "$text" 2>/dev/null || { : >"$new" && printf %b "$text" | cat; }
}`

async function send(
  session: Session,
  { content, path }: WriteStep,
  temporary: string,
  size: number,
  options: StepOptions,
): Promise<void> {
  const source = typeof content === 'string' ? Buffer.from(content) : content
  try {
    await session.upload(temporary, Buffer.isBuffer(source) ? source : createReadStream(source.file), size, (sent) =>
      options.progress?.(sent, size),
    )
  } catch (error) {
    // Half a file is worth nothing; that it cannot be removed either is no news when the connection is lost.
    await session.step(sh`rm -f -- ${temporary}`).catch(() => undefined)
    const folder = await session.probe(sh`[ -d ${dirname(path)} ]`).catch(() => undefined)
    if (folder?.code === 1) throw noFolder(path)
    throw error
  }
}

function described(content: Content): { readonly sha256: string; readonly size: number } {
  if (typeof content !== 'string' && !Buffer.isBuffer(content)) return content
  const bytes = Buffer.from(content)
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length }
}

function inlineText(content: Content): string | undefined {
  if (typeof content !== 'string' && !Buffer.isBuffer(content)) return undefined
  const bytes = Buffer.from(content)
  if (bytes.length > INLINE_BYTES) return undefined
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : undefined
}

const noFolder = (path: string): KplayError =>
  new KplayError('REFUSED', `${path} cannot be written: there is no folder ${dirname(path)}`, {
    hint: 'make the folder in a task before this one',
  })

function throwIfRefused({ path }: WriteStep, { code, stderr }: CommandResult): void {
  if (code === PLACING.isFolder) throw new KplayError('REFUSED', `${path} is a folder, and a file is to be there`)
  if (code === PLACING.noFolder) throw noFolder(path)
  if (code === PLACING.damaged) throw new KplayError('CHECKSUM', `${path} did not reach the host as it was sent`)
  if (code !== PLACING.busy) return
  throw new KplayError('REFUSED', `${path} cannot be replaced: something is mounted on it`, {
    hint: 'in a container such files (/etc/hosts, /etc/resolv.conf) belong to whoever started it',
    cause: new Error(stderr.trim()),
  })
}

function backupIn(stdout: string): { readonly backup?: string; readonly rest: string } {
  if (!stdout.startsWith(BACKUP)) return { rest: stdout }
  return { backup: stdout.slice(BACKUP.length).replace(/\n$/, ''), rest: '' }
}
