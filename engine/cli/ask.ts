import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { AskSecret } from '../host/target.ts'

let last: Promise<unknown> = Promise.resolve()

/** Asks on the terminal, one question at a time. Undefined where there is no terminal. */
export function askTerminal(question: string, { echo }: { readonly echo: boolean }): Promise<string | undefined> {
  if (!process.stdin.isTTY) return Promise.resolve(undefined)
  const answer = last.then(() => askOnce(question, echo))
  last = answer.catch(() => undefined)
  return answer
}

/** The same for what nobody may read over the shoulder. */
export const askSecret: AskSecret = (prompt) => askTerminal(prompt, { echo: false })

function askOnce(question: string, echo: boolean): Promise<string> {
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: echo ? process.stderr : nowhere, terminal: true })
  // The question is no part of the line that is edited below it.
  if (echo) terminal.setPrompt(question.split('\n').at(-1) ?? '')
  return new Promise((resolve) => {
    terminal.once('SIGINT', () => process.exit(130))
    terminal.once('line', (answer) => {
      terminal.close()
      if (!echo) process.stderr.write('\n')
      resolve(answer)
    })
  })
}
