import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open, readFile, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isVault } from '../vault/envelope.ts'
import type { Keyring } from '../vault/keyring.ts'
import { cannotRead, codeOf } from './files.ts'

/**
 * What encrypted files of the controller hold, as files that nobody else can read. They lie in a folder of the run's
 * own, which goes away with the process.
 */
export class ClearFiles {
  readonly #vault: Keyring | undefined
  #folder: string | undefined
  readonly #made = new Map<string, string>()

  constructor(vault: Keyring | undefined) {
    this.#vault = vault
  }

  /** The path itself where it is not encrypted. Throws VAULT, NOT_FOUND. */
  async of(path: string): Promise<string> {
    if (!this.#vault || !(await beginsAsVault(path))) return path
    const text = await readFile(path, 'latin1')
    const known = this.#made.get(text)
    if (known !== undefined) return known
    const content = this.#vault.openContent(text, path)
    const clear = join((this.#folder ??= privateFolder()), String(this.#made.size))
    writeFileSync(clear, content, { mode: 0o600, flag: 'wx' })
    this.#made.set(text, clear)
    return clear
  }
}

/** Archives are large: only the beginning is read. */
async function beginsAsVault(path: string): Promise<boolean> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32))
    return isVault(buffer.subarray(0, bytesRead))
  } catch (cause) {
    if (codeOf(cause) === 'EISDIR') return false
    throw cannotRead(path, cause)
  } finally {
    await file?.close()
  }
}

function privateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kplay-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
