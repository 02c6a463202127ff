import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { isatty } from 'node:tty'
import { replaceFile } from '../controller/replace-file.ts'
import { KplayError } from '../errors.ts'
import { seal } from '../vault/aes256.ts'
import { askHidden } from './vault-ask.ts'
import { encryptingPassword } from './vault-passwords.ts'
import { STANDARD } from './vault-stream.ts'
import type { StringFlags } from './vault.ts'

interface Plain {
  readonly text: string
  readonly name: string | undefined
  readonly from: string
}

/** `kplay vault encrypt-string`: values as YAML that can be put into a file of variables. */
export async function encryptStrings(operands: readonly string[], flags: StringFlags): Promise<void> {
  const given = operands.filter((text) => text !== STANDARD)
  const fromStdin =
    operands.length > given.length || flags.stdinName !== undefined || (operands.length === 0 && !flags.prompt)
  if (flags.prompt && fromStdin)
    throw new KplayError('BAD_OPTIONS', '--prompt does not go with a text from stdin', {
      hint: 'leave one of them out',
    })
  const { password, id } = await encryptingPassword(flags)
  const all: Plain[] = [
    ...(flags.prompt ? [await prompted(flags)] : []),
    ...(fromStdin ? [{ text: stdin(), name: flags.stdinName, from: 'stdin' }] : []),
    ...given.map((text, index) => ({ text, name: flags.name?.[index], from: 'the command line' })),
  ]
  const empty = all.find(({ text }) => text === '')
  if (empty) throw new KplayError('BAD_OPTIONS', `the text from ${empty.from} is empty`)
  const out = all.map(({ text, name, from }, index) => {
    if (all.length > 1) process.stderr.write(`# ${name ?? `text ${index + 1}`}, from ${from}\n`)
    return `${asYaml(seal(Buffer.from(text), password, { id }), name)}\n`
  })
  const content = Buffer.from(out.join(''))
  if (flags.output === undefined || flags.output === STANDARD) process.stdout.write(content)
  else replaceFile(flags.output, content)
}

const INDENT = ' '.repeat(10)

function asYaml(vault: string, name: string | undefined): string {
  const lines = vault.trimEnd().split('\n')
  return [`${name === undefined ? '' : `${name}: `}!vault |`, ...lines.map((line) => INDENT + line)].join('\n')
}

function stdin(): string {
  if (isatty(0)) process.stderr.write('reading from stdin, to the end of the file (Ctrl-D)\n')
  return readFileSync(0, 'utf8')
}

async function prompted({ name: [name] = [], showInput }: StringFlags): Promise<Plain> {
  const variable = name ?? (await askShown('Name of the variable (nothing for none): '))
  const text = showInput ? await askShown('Text to encrypt: ') : ((await askHidden('Text to encrypt (hidden): ')) ?? '')
  return { text, name: variable === '' ? undefined : variable, from: 'the terminal' }
}

async function askShown(prompt: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(prompt)
  } finally {
    lines.close()
  }
}
