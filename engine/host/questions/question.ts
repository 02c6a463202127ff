import { KplayError } from '../../errors.ts'
import { type Command, joined, sh } from '../shell.ts'

/** Cannot be told from an answer about many subjects: it is asked again by itself. */
export const ALONE = Symbol('ask alone')
export type Answer<A> = A | KplayError | typeof ALONE

/** What one script printed. */
export interface Section {
  readonly stdout: Buffer
  readonly stderr: string
  readonly code: number
}

/** One kind of question: one script for many subjects, and how to read what it prints. */
export interface Question<S, A> {
  readonly name: string
  /** A script for `subjects`, none of which occurs twice. `mark` is text that cannot occur in what the host says. */
  script(subjects: readonly S[], mark: string, alone: boolean): Command
  /** One answer for each subject, in their order. With `alone` there is one subject, and ALONE is no answer. */
  read(section: Section, subjects: readonly S[], mark: string, alone: boolean): readonly Answer<A>[]
  /** Bytes that the answer about one subject may have; 64 KiB by default. */
  limit?(subject: S): number
  /** What changes by itself is not remembered … */
  readonly fleeting?: boolean
  /** … or only for a moment. */
  readonly brief?: boolean
  /** What nothing can change while the session lasts: it is remembered whatever else is forgotten. */
  lasting?(subject: S): boolean
}

/** Not being able to look, which is never the same as absent. */
export function cannotLook(what: string, why: string, hint?: string): KplayError {
  return new KplayError('CANNOT_LOOK', `cannot look at ${what}: ${why}`, { hint })
}

/** The end of what a tool says about a path at which nothing is. */
const NOTHING_THERE = /: (?:No such file or directory|Not a directory)$/

/** The reason at the end of a tool's message: `stat: cannot stat 'x': Permission denied` → Permission denied. */
export function reasonIn(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? ''
  const tool = /(?:^|[ :])([^ :]+): (?:command )?not found$/.exec(last)?.[1]
  if (tool !== undefined) return `${tool} is not there`
  return last.slice(last.lastIndexOf(': ') + 1).trim() || 'no reason was given'
}

/** What a tool's message about the one path `what` means: undefined when nothing is there, else an error. */
export function absentOr(what: string, stderr: string): KplayError | undefined {
  return NOTHING_THERE.test(stderr.trimEnd()) ? undefined : cannotLook(what, reasonIn(stderr))
}

/**
 * What it means that a tool that was given many paths has nothing to say about `failed` of them: they are absent when
 * that is all it complained about; otherwise nobody knows which is which.
 */
export function absentOrAlone(failed: number, stderr: string): undefined | typeof ALONE {
  const lines = stderr.split('\n').filter((line) => line !== '')
  return lines.length === failed && lines.every((line) => NOTHING_THERE.test(line)) ? undefined : ALONE
}

/** Defines what the calls need, then makes them one by one; `cutEach` takes what they print apart again. */
export const eachCall = (mark: string, define: Command, calls: readonly Command[]): Command =>
  joined([define, ...calls.map((call) => sh`${call}; printf '%s%d\\n' ${mark} "$?"; echo ${mark} >&2`)], '\n')

/** The parts of an output that `mark` and a number end. What follows the last mark is dropped. */
export function cut(output: Buffer, mark: string): { readonly bytes: Buffer; readonly code: number }[] {
  const parts: { bytes: Buffer; code: number }[] = []
  let from = 0
  for (;;) {
    const end = output.indexOf(mark, from)
    const line = end < 0 ? -1 : output.indexOf('\n', end)
    if (line < 0) return parts
    parts.push({
      bytes: output.subarray(from, end),
      code: Number(output.toString('latin1', end + mark.length, line)),
    })
    from = line + 1
  }
}

/** What `eachCall` printed for each subject, both streams together. */
export function cutEach({ stdout, stderr }: Section, mark: string): Section[] {
  const said = stderr.split(`${mark}\n`)
  return cut(stdout, mark).map(({ bytes, code }, index) => ({ stdout: bytes, stderr: said[index] ?? '', code }))
}

/** A path that no tool takes for an option or an expression. */
export const operand = (path: string): string => (/^[-(!,]/.test(path) ? `./${path}` : path)

/** Pieces that each end with `end`. */
export function pieces(bytes: Buffer, end: string): string[] {
  const list = bytes.toString('utf8').split(end)
  list.pop()
  return list
}
