import { spawn } from 'node:child_process'
import { splitWords } from '../host/split-words.ts'

/** The name that stands for stdin and stdout. */
export const STANDARD = '-'

/** Shows bytes: through a pager on a terminal, else as they are. */
export async function page(content: Buffer): Promise<void> {
  const [program, ...words] = splitWords(process.env['PAGER'] || 'less')
  if (!process.stdout.isTTY || program === undefined) return void process.stdout.write(content)
  const child = spawn(program, words, {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, LESS: process.env['LESS'] ?? 'FRSX' },
  })
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false))
    child.on('close', () => resolve(true))
  })
  // Who leaves the pager early closes the pipe.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(content)
  if (!(await ended)) process.stdout.write(content)
}
