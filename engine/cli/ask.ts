import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { AskSecret } from '../host/target.ts'

let last: Promise<unknown> = Promise.resolve()

/** Asks on the terminal without echo, one question at a time. Undefined where there is no terminal. */
export const askSecret: AskSecret = (prompt) => {
  if (!process.stdin.isTTY) return Promise.resolve(undefined)
  const answer = last.then(() => askOnce(prompt))
  last = answer.catch(() => undefined)
  return answer
}

function askOnce(prompt: string): Promise<string> {
  process.stderr.write(prompt)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  return new Promise((resolve) => {
    terminal.once('SIGINT', () => process.exit(130))
    terminal.question('', (secret) => {
      terminal.close()
      process.stderr.write('\n')
      resolve(secret)
    })
  })
}
