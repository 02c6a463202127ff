import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { KplayError } from '../errors.ts'
import type { Session } from './session.ts'
import { sh } from './shell.ts'
import type { KeepStep, StepResult } from './step.ts'
import type { StepOptions } from './target.ts'

/** So many bytes of the host's file travel in one answer. */
const PIECE = 4 * 1024 * 1024

/**
 * Brings a file of the host to the controller, piece by piece. Throws NOT_FOUND when the controller cannot take it,
 * CHECKSUM when something else arrived than was promised: the file changed meanwhile.
 */
export async function keepFile(session: Session, step: KeepStep, options: StepOptions): Promise<StepResult> {
  const started = performance.now()
  const beside = join(dirname(step.to), `.${basename(step.to).slice(0, 200)}.${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(dirname(step.to), { recursive: true })
    const hex = await receive(session, step, beside, options)
    if (step.sha1 !== undefined && hex !== step.sha1)
      throw new KplayError('CHECKSUM', `${step.from} did not arrive as it was: its sha1 is ${hex}, not ${step.sha1}`, {
        hint: 'did something write to it meanwhile? validate_checksum: false takes it as it comes',
      })
    await rename(beside, step.to)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    if (error instanceof KplayError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new KplayError('NOT_FOUND', `the controller cannot keep ${step.to}: ${why}`, { cause: error })
  }
  return { step, code: 0, signal: null, stdout: '', stderr: '', elapsed: performance.now() - started }
}

/** Returns the sha1 of what came. */
async function receive(
  session: Session,
  { from, size }: KeepStep,
  to: string,
  { progress }: StepOptions,
): Promise<string> {
  const hash = createHash('sha1')
  const file = await open(to, 'wx', 0o600)
  try {
    for (let piece = 0; ; piece++) {
      // dd alone knows how to begin in the middle on every host.
      const { code, stdout, stderr } = await session.probe(
        sh`dd if=${from} bs=${PIECE} skip=${piece} count=1 2>/dev/null || { cat <${from} >/dev/null; exit 1; }`,
        { limit: PIECE + 4096 },
      )
      if (code !== 0) throw new KplayError('CANNOT_LOOK', `${from}: ${stderr.toString('utf8').trim()}`)
      hash.update(stdout)
      await file.write(stdout)
      progress?.(Math.min(size, piece * PIECE + stdout.length), size)
      if (stdout.length < PIECE) break
    }
    await file.chmod(0o666 & ~process.umask())
    await file.sync()
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}
