import { execFileSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { KplayError } from '../errors.ts'
import { askSecret } from './ask.ts'

export interface PasswordSource {
  /** For a person: asked where `ask` is set. */
  readonly prompt: string
  readonly ask: boolean
  /** A file that holds it, a program that prints it, or `-`: standard input. It wins over a question. */
  readonly file?: string | undefined
}

/** A password that the command line or a setting names; undefined: none. Throws BAD_OPTIONS, NOT_FOUND. */
export async function readPassword({ prompt, ask, file }: PasswordSource): Promise<string | undefined> {
  if (file !== undefined) return passwordOf(file)
  if (!ask) return undefined
  const secret = await askSecret(prompt)
  if (secret !== undefined) return secret
  throw new KplayError('BAD_OPTIONS', 'there is no terminal to ask for a password on', {
    hint: 'set ansible_password or ansible_become_password instead of -k or -K',
  })
}

function passwordOf(file: string): string {
  try {
    const text = file === '-' ? readFileSync(0, 'utf8') : isProgram(file) ? printedBy(file) : readFileSync(file, 'utf8')
    const password = text.replace(/[\r\n]+$/, '').replace(/^[\r\n]+/, '')
    if (password !== '') return password
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new KplayError('NOT_FOUND', `cannot read a password from ${file}: ${why}`, { cause })
  }
  throw new KplayError('BAD_OPTIONS', `there is no password in ${file}`)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const printedBy = (program: string): string =>
  execFileSync(program, { encoding: 'utf8', stdio: ['inherit', 'pipe', 'inherit'] })
