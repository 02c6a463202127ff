import type { Process } from './connection.ts'

/** What a process said until then, when it ended or fell silent instead of saying what was awaited. */
export class Unanswered extends Error {
  readonly heard: string
  readonly ended: boolean
  constructor(heard: string, ended: boolean) {
    super(heard)
    this.heard = heard
    this.ended = ended
  }
}

const KEPT = 65536

/** Talks to a process in plain text, before frames do: to sudo and su, which ask before they obey. */
export class Conversation {
  readonly #process: Process
  #heard = ''
  #ended = false
  #check: () => void = () => undefined

  constructor(process: Process) {
    this.#process = process
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('data', this.#listen)
      // An earlier conversation may have stopped it.
      stream.resume()
    }
    process.stdin.on('error', () => undefined)
    void process.ended.then(() => {
      this.#ended = true
      this.#check()
    })
  }

  say(text: string): void {
    this.#process.stdin.write(text)
  }

  /** Waits until `test` finds something in what was heard since the last answer. Rejects with Unanswered. */
  until<T>(test: (heard: string) => T | undefined, seconds: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(late)
        this.#check = () => undefined
        act()
      }
      const late = setTimeout(() => finish(() => reject(new Unanswered(this.#heard, false))), seconds * 1000)
      this.#check = () => {
        const found = test(this.#heard)
        if (found !== undefined) finish(() => resolve(found))
        else if (this.#ended) finish(() => reject(new Unanswered(this.#heard, true)))
      }
      this.#check()
    })
  }

  /** What was said so far has been dealt with. */
  forget(): void {
    this.#heard = ''
  }

  /** Hands the process over; nothing it says from now on is lost. */
  release(): Process {
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.off('data', this.#listen)
      stream.pause()
    }
    return this.#process
  }

  #listen = (chunk: Buffer): void => {
    this.#heard = (this.#heard + chunk.toString('utf8')).slice(-KEPT)
    this.#check()
  }
}
