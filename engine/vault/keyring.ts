import { isUtf8 } from 'node:buffer'
import { KplayError, type Place } from '../errors.ts'
import { isUnopened, parseSealed, unseal, type Unopened } from './aes256.ts'
import { DEFAULT_ID } from './envelope.ts'
import { Secrets } from './secrets.ts'

/** A password and the label it goes by: `--vault-id label@source`. */
export interface VaultPassword {
  readonly id: string
  readonly password: Buffer
}

export interface KeyringOptions {
  /** Only the password of the label in a vault's header is tried on it. */
  readonly idMatch?: boolean | undefined
  /** The label of what names none. */
  readonly defaultId?: string | undefined
}

/** The passwords of a run, and what they open. Whatever was opened is known as a secret from then on. */
export class Keyring {
  readonly passwords: readonly VaultPassword[]
  readonly secrets = new Secrets()
  readonly #options: KeyringOptions
  /** Encrypted text by what is in it, of values that were decrypted. */
  readonly #sources = new Map<string, string>()
  /** Paths of files that were encrypted as a whole. */
  readonly #files = new Set<string>()

  constructor(passwords: readonly VaultPassword[] = [], options: KeyringOptions = {}) {
    this.passwords = passwords
    this.#options = options
  }

  /** The text of an encrypted value. Throws VAULT. */
  open(ciphertext: string, place?: Place): string {
    const text = textOf(this.openBytes(ciphertext, place).content, place)
    this.secrets.add(text)
    this.#sources.set(text, ciphertext)
    return text
  }

  /** The bytes of a vault, and the password that opened it. Throws VAULT. */
  openBytes(ciphertext: string, place?: Place): { readonly content: Buffer; readonly by: VaultPassword } {
    const sealed = parseSealed(ciphertext)
    if (isUnopened(sealed)) throw refused(sealed, place)
    const { idMatch = false, defaultId = DEFAULT_ID } = this.#options
    const id = sealed.id ?? defaultId
    const named = this.passwords.filter((each) => each.id === id)
    const others = idMatch ? [] : this.passwords.filter((each) => each.id !== id)
    const tried = [...named, ...others]
    for (const by of tried) {
      const content = unseal(sealed, by.password)
      if (!isUnopened(content)) return { content, by }
      if (content.why !== 'key') throw refused(content, place)
    }
    throw tried.length === 0 ? noPassword(id, this.passwords, place) : wrongPassword(tried, place)
  }

  /** The text of a file that is encrypted as a whole. It may be harmless; what is not is told to `conceal`. */
  openFile(ciphertext: string, path: string): string {
    const place = { file: path, line: 1, column: 1 }
    const text = textOf(this.openBytes(ciphertext, place).content, place)
    this.#files.add(path)
    return text
  }

  /** What a file that is copied or extracted holds: all of it is a secret. */
  openContent(ciphertext: string, path: string): Buffer {
    const { content } = this.openBytes(ciphertext, { file: path, line: 1, column: 1 })
    if (isUtf8(content)) this.secrets.add(content.toString('utf8'))
    return content
  }

  hasOpened(path: string): boolean {
    return this.#files.has(path)
  }

  /** Texts of such a file that may be secrets. */
  conceal(texts: Iterable<string>): void {
    for (const text of texts) this.secrets.addDoubtful(text)
  }

  /** A text without what must not be shown. */
  mask(text: string): string {
    return this.secrets.mask(text)
  }

  /** The vault that a text was decrypted from; undefined: from none. */
  sourceOf(text: string): string | undefined {
    return this.#sources.get(text)
  }
}

/** Bytes as UTF-8, which is all that a variable or a playbook can be. */
export function textOf(content: Buffer, place?: Place): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw new KplayError('VAULT', 'what is encrypted here is no UTF-8 text', { place })
  }
}

function refused({ why, detail }: Unopened, place: Place | undefined): KplayError {
  if (why === 'cipher')
    return new KplayError('VAULT', `a vault of the cipher ${detail} cannot be opened: only AES256 is known`, {
      place,
      hint: /\s/.test(detail) ? 'write !vault | so that line breaks are kept' : undefined,
    })
  return new KplayError('VAULT', `the vault is damaged: ${detail}`, {
    place,
    hint: 'encrypt the value anew, or take it from a copy',
  })
}

const HOW = 'give --vault-id, --vault-password-file or --ask-vault-password'

function noPassword(id: string, passwords: readonly VaultPassword[], place: Place | undefined): KplayError {
  if (passwords.length === 0)
    return new KplayError('VAULT', 'this is encrypted and there is no vault password', { place, hint: HOW })
  return new KplayError('VAULT', `there is no vault password of the id ${id}`, {
    place,
    hint: `vault_id_match is set, and there are passwords only of: ${labels(passwords)}`,
  })
}

const wrongPassword = (tried: readonly VaultPassword[], place: Place | undefined): KplayError =>
  new KplayError('VAULT', `no vault password opens this: tried ${labels(tried)}`, {
    place,
    hint: 'the password is another one, or what is encrypted was changed',
  })

const labels = (passwords: readonly VaultPassword[]): string => [...new Set(passwords.map(({ id }) => id))].join(', ')
