import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { KplayError } from '../errors.ts'
import { splitWords } from '../host/split-words.ts'

const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const

/**
 * Lets a person change a text in `$EDITOR`. It lies in a folder of its own that nobody else can enter, and that is gone
 * afterwards however the editor ended. Throws VAULT when the editor fails.
 */
export async function editText(content: Buffer, path: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'kplay-vault-'))
  const file = join(folder, `text${extname(path)}`)
  const remove = (): void => {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (size > 0) writeFileSync(file, Buffer.alloc(size))
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', remove)
  try {
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' })
    await runEditor(file)
    return readFileSync(file)
  } finally {
    process.off('exit', remove)
    remove()
  }
}

/** Signals end the editor, and with it this: the text must not be left behind. Ctrl-C is the editor's own. */
async function runEditor(file: string): Promise<void> {
  const editor = process.env['EDITOR'] || process.env['VISUAL'] || 'vi'
  const [program = 'vi', ...words] = splitWords(editor)
  const child = spawn(program, [...words, file], { stdio: 'inherit' })
  const stop = (signal: NodeJS.Signals): void => void (signal === 'SIGINT' || child.kill(signal))
  for (const signal of SIGNALS) process.on(signal, stop)
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (status, signal) => resolve(status ?? signal ?? ''))
    })
    if (code !== 0) throw new KplayError('VAULT', `the editor ${editor} ended with ${code}; nothing was changed`)
  } catch (cause) {
    if (cause instanceof KplayError) throw cause
    throw new KplayError('VAULT', `the editor ${editor} cannot be run`, { cause, hint: 'set EDITOR' })
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}
