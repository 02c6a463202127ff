import { randomBytes } from 'node:crypto'
import { KplayError } from '../errors.ts'
import { ALONE, cannotLook, cut, type Question, type Section } from './questions/question.ts'
import type { Session } from './session.ts'
import { type Command, joined, sh } from './shell.ts'

/** Subjects that share one script, and its size: far below what any system takes as one argument list. */
const SUBJECTS = 500
const SCRIPT_BYTES = 64 * 1024
const FRAME_BYTES = 256 * 1024

/** Milliseconds for which the answer to a brief question holds. */
export const FRESH = 2000

/** One script and what to do with what it prints. */
interface Part {
  readonly script: Command
  readonly limit: number
  done(section: Section): void
  failed(error: unknown): void
}

interface Waiting<S, A> {
  readonly subject: S
  readonly alone: boolean
  resolve(answer: A): void
  reject(error: unknown): void
}

interface Remembered {
  readonly answer: Promise<unknown>
  /** When it was asked. */
  readonly at: number
  readonly brief: boolean
  readonly lasting: boolean
}

/** Puts the questions of one turn of the event loop into one frame, and remembers the answers until told to forget. */
export class Asker {
  readonly #session: Session
  #remembered = new Map<string, Remembered>()
  /** When the answer was asked that was given last to whom needs it now. */
  usedAt = 0
  /** What waits for the next frame, by question, and since when: all of it is asked at once. */
  #waiting = new Map<object, { parts(nonce: string): Part[] }>()
  #since = 0

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * The answer to `question` about `subject`; rejects with what kept us from finding out.
   * @param ahead nobody needs it yet
   */
  ask<S, A>(question: Question<S, A>, subject: S, ahead = false): Promise<A> {
    const key = JSON.stringify([question.name, subject])
    const now = performance.now()
    const known = this.#remembered.get(key)
    if (known && !(known.brief && now - known.at > FRESH)) {
      if (!ahead) this.usedAt = known.at
      return known.answer as Promise<A>
    }
    if (this.#waiting.size === 0) this.#since = now
    const at = this.#since
    if (!ahead) this.usedAt = at
    const answer = new Promise<A>((resolve, reject) =>
      this.#queue(question, { subject, alone: false, resolve, reject }),
    )
    this.#remembered.set(key, {
      answer,
      at,
      brief: question.brief === true,
      lasting: question.lasting?.(subject) === true,
    })
    const drop = () => void (this.#remembered.get(key)?.answer === answer && this.#remembered.delete(key))
    // What failed may succeed next time; whoever asked hears of the failure itself.
    answer.then(question.fleeting ? drop : undefined, drop)
    return answer
  }

  /** What was asked before that time is out of date. */
  forgetBefore(time: number): void {
    for (const [key, { at, lasting }] of this.#remembered) if (at < time && !lasting) this.#remembered.delete(key)
  }

  /** Something on the machine may have changed. Answers still on their way are for those who asked, and no one else. */
  forget(): void {
    this.#remembered = new Map([...this.#remembered].filter(([, { lasting }]) => lasting))
  }

  #queue<S, A>(question: Question<S, A>, waiting: Waiting<S, A>): void {
    if (this.#waiting.size === 0) setImmediate(() => this.#send())
    let batch = this.#waiting.get(question) as Batch<S, A> | undefined
    if (!batch) {
      batch = new Batch(question, (again) => this.#queue(question, again))
      this.#waiting.set(question, batch)
    }
    batch.add(waiting)
  }

  #send(): void {
    const batches = [...this.#waiting.values()]
    this.#waiting = new Map()
    const nonce = randomBytes(12).toString('hex')
    let frame: Part[] = []
    let bytes = 0
    for (const part of batches.flatMap((batch) => batch.parts(nonce))) {
      if (bytes + part.script.text.length > FRAME_BYTES && frame.length > 0) {
        void this.#run(frame, nonce)
        frame = []
        bytes = 0
      }
      frame.push(part)
      bytes += part.script.text.length
    }
    if (frame.length > 0) void this.#run(frame, nonce)
  }

  async #run(parts: readonly Part[], nonce: string): Promise<void> {
    const mark = `${nonce}#`
    const script = joined(
      parts.map(
        (part) => sh`(${part.script}
); printf '%s%d\\n' ${mark} "$?"; echo ${mark} >&2`,
      ),
      '\n',
    )
    const limit = parts.reduce((sum, part) => sum + part.limit, 64 * 1024)
    try {
      const { stdout, stderr } = await this.#session.probe(script, { limit })
      const said = stderr.toString('utf8').split(`${mark}\n`)
      const sections = cut(stdout, mark)
      for (const [index, part] of parts.entries()) {
        const section = sections[index]
        if (section) part.done({ stdout: section.bytes, code: section.code, stderr: said[index] ?? '' })
        else part.failed(cannotLook('the host', `its answer broke off${said.at(-1) ? `: ${said.at(-1)}` : ''}`))
      }
    } catch (error) {
      for (const part of parts) part.failed(error)
    }
  }
}

/** All that waits for an answer to one question. */
class Batch<S, A> {
  readonly #question: Question<S, A>
  readonly #again: (waiting: Waiting<S, A>) => void
  readonly #list: Waiting<S, A>[] = []

  constructor(question: Question<S, A>, again: (waiting: Waiting<S, A>) => void) {
    this.#question = question
    this.#again = again
  }

  add(waiting: Waiting<S, A>): void {
    this.#list.push(waiting)
  }

  parts(nonce: string): Part[] {
    const parts = this.#list.filter(({ alone }) => alone).map((waiting) => this.#part([waiting], nonce, true))
    let group: Waiting<S, A>[] = []
    let bytes = 0
    for (const waiting of this.#list.filter(({ alone }) => !alone)) {
      const size = JSON.stringify(waiting.subject).length
      if (group.length === SUBJECTS || (group.length > 0 && bytes + size > SCRIPT_BYTES)) {
        parts.push(this.#part(group, nonce, false))
        group = []
        bytes = 0
      }
      group.push(waiting)
      bytes += size
    }
    if (group.length > 0) parts.push(this.#part(group, nonce, false))
    return parts
  }

  #part(group: readonly Waiting<S, A>[], nonce: string, alone: boolean): Part {
    const question = this.#question
    const subjects = group.map(({ subject }) => subject)
    const mark = `${nonce}+`
    const failed = (error: unknown) => {
      for (const waiting of group) waiting.reject(error)
    }
    return {
      script: question.script(subjects, mark, alone),
      limit: subjects.reduce((sum, subject) => sum + (question.limit?.(subject) ?? 64 * 1024), 0),
      failed,
      done: (section) => {
        try {
          const answers = question.read(section, subjects, mark, alone)
          for (const [index, waiting] of group.entries()) this.#settle(waiting, answers[index] as A, section)
        } catch (error) {
          failed(error)
        }
      },
    }
  }

  #settle(waiting: Waiting<S, A>, answer: A | KplayError | typeof ALONE, { stderr }: Section): void {
    if (answer instanceof KplayError) waiting.reject(answer)
    else if (answer !== ALONE) waiting.resolve(answer)
    else if (!waiting.alone) this.#again({ ...waiting, alone: true })
    else waiting.reject(cannotLook(this.#question.name, `an answer nobody understands: ${stderr.trim()}`))
  }
}
