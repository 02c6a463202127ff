import { openSync, readSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'

/**
 * Asks for a text that is not shown: on the terminal, also when stdin is something else; where there is none, the next
 * line of stdin is the answer. Undefined: nothing came.
 */
export async function askHidden(prompt: string): Promise<string | undefined> {
  // To look at process.stdin would make it a stream, from which nobody could read a line and no more.
  const terminal = isatty(0) ? process.stdin : openTerminal()
  if (!terminal) return readLine()
  process.stderr.write(prompt)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: terminal, output: nowhere, terminal: true })
  return new Promise((resolve) => {
    lines.once('SIGINT', () => process.exit(130))
    lines.once('close', () => resolve(undefined))
    lines.question('', (answer) => {
      resolve(answer)
      lines.close()
      process.stderr.write('\n')
      if (terminal !== process.stdin) terminal.destroy()
    })
  })
}

function openTerminal(): ReadStream | undefined {
  try {
    return new ReadStream(openSync('/dev/tty', 'r+'))
  } catch {
    return undefined
  }
}

/** One line of stdin and no byte more: what follows may be the next answer, or the text to encrypt. */
function readLine(): string | undefined {
  const bytes: number[] = []
  const one = Buffer.alloc(1)
  while (read(one) === 1 && one[0] !== 0x0a) bytes.push(one[0] ?? 0)
  return bytes.length === 0 ? undefined : Buffer.from(bytes).toString('utf8')
}

function read(one: Buffer): number {
  try {
    return readSync(0, one)
  } catch {
    return 0
  }
}
