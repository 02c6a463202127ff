import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isatty } from 'node:tty'
import { cannotRead } from '../controller/files.ts'
import { replaceFile } from '../controller/replace-file.ts'
import { KplayError } from '../errors.ts'
import { parseSealed, seal, isUnopened } from '../vault/aes256.ts'
import { isVault } from '../vault/envelope.ts'
import type { Keyring, VaultPassword } from '../vault/keyring.ts'
import { editText } from './vault-edit.ts'
import { encryptingPassword, newPassword, openingKeyring } from './vault-passwords.ts'
import { page, STANDARD } from './vault-stream.ts'
import type { VaultCommandFlags } from './vault.ts'

export async function create(path: string, flags: VaultCommandFlags): Promise<void> {
  if (existsSync(path))
    throw new KplayError('BAD_OPTIONS', `${path} is there already`, { hint: 'kplay vault edit changes it' })
  if (!process.stdout.isTTY && !flags.skipTtyCheck)
    throw new KplayError('BAD_OPTIONS', 'there is no terminal for an editor', {
      hint: 'give --skip-tty-check, or encrypt a file',
    })
  const by = await encryptingPassword(flags)
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) {
    process.stderr.write(`warning: the folder ${folder} is made\n`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  const text = await editText(Buffer.alloc(0), path)
  replaceFile(path, Buffer.from(seal(text, by.password, { id: by.id })))
}

export async function edit(paths: readonly string[], flags: VaultCommandFlags): Promise<void> {
  const keyring = await openingKeyring(flags)
  for (const path of paths) {
    const { content, by, id } = opened(path, keyring)
    const text = await editText(content, path)
    if (!text.equals(content)) replaceFile(path, Buffer.from(seal(text, by.password, { id })), { keep: true })
  }
}

export async function view(paths: readonly string[], flags: VaultCommandFlags): Promise<void> {
  const keyring = await openingKeyring(flags)
  for (const path of paths) await page(opened(path, keyring).content)
}

export async function encrypt(paths: readonly string[], flags: VaultCommandFlags): Promise<void> {
  const from = inputs(paths, flags)
  const by = await encryptingPassword(flags)
  for (const path of from) {
    const content = readBytes(path)
    if (isVault(content)) throw new KplayError('VAULT', `${named(path)} is encrypted already`)
    write(flags.output ?? path, Buffer.from(seal(content, by.password, { id: by.id })))
  }
  tell('encrypted')
}

export async function decrypt(paths: readonly string[], flags: VaultCommandFlags): Promise<void> {
  const from = inputs(paths, flags)
  const keyring = await openingKeyring(flags)
  for (const path of from) write(flags.output ?? path, opened(path, keyring).content)
  tell('decrypted')
}

/** All files are opened before the first one is written: a wrong password leaves none half way. */
export async function rekey(paths: readonly string[], flags: VaultCommandFlags): Promise<void> {
  const keyring = await openingKeyring(flags)
  const contents = paths.map((path) => opened(path, keyring).content)
  const by = await newPassword(flags)
  for (const [index, path] of paths.entries())
    replaceFile(path, Buffer.from(seal(contents[index] ?? Buffer.alloc(0), by.password, { id: by.id })), { keep: true })
  process.stderr.write('rekeyed\n')
}

function inputs(paths: readonly string[], { output }: VaultCommandFlags): readonly string[] {
  if (output !== undefined && paths.length > 1)
    throw new KplayError('BAD_OPTIONS', '--output goes with one file', { hint: 'run it once for each' })
  if (paths.length === 0 && isatty(0)) process.stderr.write('reading from stdin\n')
  return paths.length === 0 ? [STANDARD] : paths
}

interface Opened {
  readonly content: Buffer
  readonly by: VaultPassword
  /** The label in its header. */
  readonly id: string | undefined
}

function opened(path: string, keyring: Keyring): Opened {
  const bytes = readBytes(path)
  if (!isVault(bytes)) throw new KplayError('VAULT', `${named(path)} is not encrypted`)
  const text = bytes.toString('latin1')
  const sealed = parseSealed(text)
  const id = isUnopened(sealed) ? undefined : sealed.id
  return { ...keyring.openBytes(text, { file: path === STANDARD ? '-' : resolve(path), line: 1, column: 1 }), id }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path === STANDARD ? 0 : path)
  } catch (cause) {
    throw cannotRead(path, cause)
  }
}

function write(path: string, content: Buffer): void {
  if (path === STANDARD) process.stdout.write(content)
  else replaceFile(path, content)
}

const named = (path: string): string => (path === STANDARD ? 'what stdin gives' : path)

const tell = (what: string): void => {
  if (process.stdout.isTTY) process.stderr.write(`${what}\n`)
}
