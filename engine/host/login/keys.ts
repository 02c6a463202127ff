import { homedir } from 'node:os'
import ssh2, { type ParsedKey } from 'ssh2'
import type { AskSecret } from '../target.ts'
import { fingerprint } from '../settings/known_hosts.ts'
import { type KeyFile, readKeyFile } from './keyfile.ts'

/** A key that can be offered; its signature may have to wait for a passphrase. */
export interface Identity {
  /** For people: where it comes from and what it is. */
  readonly label: string
  readonly key: ParsedKey
  /** Its passphrase will be asked for when it is used. */
  readonly locked: boolean
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>
}

/** What became of one key file. `blind`: encrypted, and nothing tells its public half. */
export type Loaded =
  | { readonly identity: Identity; readonly blind?: undefined; readonly note?: undefined }
  | { readonly blind: () => Promise<Identity | undefined>; readonly note?: undefined; readonly identity?: undefined }
  | { readonly note: string; readonly identity?: undefined; readonly blind?: undefined }
  | { readonly identity?: undefined; readonly blind?: undefined; readonly note?: undefined }

/** How often a wrong passphrase may be typed, as with ssh. */
const TRIES = 3

/** All keys of a run: each file is read once and each passphrase asked for once, for however many hosts. */
export class Keys {
  readonly #ask: AskSecret
  readonly #files = new Map<string, Promise<KeyFile>>()
  readonly #unlocked = new Map<string, Promise<ParsedKey | undefined>>()
  readonly #agents = new Map<string, Promise<Identity[]>>()

  constructor(ask: AskSecret) {
    this.#ask = ask
  }

  /** What an agent holds; throws when nobody listens at that socket. */
  agent(socket: string): Promise<Identity[]> {
    let identities = this.#agents.get(socket)
    if (!identities) this.#agents.set(socket, (identities = readAgent(socket)))
    return identities
  }

  async file(path: string): Promise<Loaded> {
    let reading = this.#files.get(path)
    if (!reading) this.#files.set(path, (reading = readKeyFile(path)))
    const file = await reading
    if (file.kind === 'absent') return {}
    const name = short(path)
    if (file.kind === 'unusable') return { note: `${name}: ${file.why}` }
    if (file.kind === 'public') return { note: `${name}: only the public key, and no agent holds the private one` }
    if (file.kind === 'open') return { identity: identityOf(name, file.key, false, () => Promise.resolve(file.key)) }
    const unlock = (): Promise<ParsedKey | undefined> => this.#unlock(path, file.unlock)
    if (file.key) return { identity: identityOf(name, file.key, true, unlock) }
    return {
      blind: async () => {
        const key = await unlock()
        return key && identityOf(name, key, false, () => Promise.resolve(key))
      },
    }
  }

  /** The public half of a file that only names a key of the agent. */
  async publicHalf(path: string): Promise<ParsedKey | undefined> {
    await this.file(path)
    const file = await this.#files.get(path)
    return file && 'key' in file ? file.key : undefined
  }

  #unlock(path: string, unlock: (passphrase: string) => ParsedKey | undefined): Promise<ParsedKey | undefined> {
    let key = this.#unlocked.get(path)
    if (!key) this.#unlocked.set(path, (key = this.#askFor(path, unlock)))
    return key
  }

  async #askFor(path: string, unlock: (passphrase: string) => ParsedKey | undefined): Promise<ParsedKey | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const wrong = tries > 0 ? 'Wrong passphrase. ' : ''
      const passphrase = await this.#ask(`${wrong}Passphrase for the key ${short(path)}: `)
      if (passphrase === undefined || passphrase === '') return undefined
      const key = unlock(passphrase)
      if (key) return key
    }
    return undefined
  }
}

const short = (path: string): string => (path.startsWith(`${homedir()}/`) ? `~${path.slice(homedir().length)}` : path)

function identityOf(
  name: string,
  key: ParsedKey,
  locked: boolean,
  unlock: () => Promise<ParsedKey | undefined>,
): Identity {
  return {
    label: `${name} (${key.type} ${fingerprint(key.getPublicSSH())})`,
    key,
    locked,
    async sign(data, hash) {
      const open = await unlock()
      if (!open) throw new Error(`the key ${name} stays locked`)
      const signature: Buffer | Error = open.sign(data, hash)
      if (signature instanceof Error) throw signature
      return signature
    },
  }
}

async function readAgent(socket: string): Promise<Identity[]> {
  const agent = ssh2.createAgent(socket)
  const keys = await new Promise<ParsedKey[]>((resolve, reject) => {
    agent.getIdentities((error, found) => {
      if (error) reject(error)
      else resolve((found ?? []) as unknown as ParsedKey[])
    })
  })
  return keys.map((key) => ({
    label: `agent: ${key.comment || 'a key'} (${key.type} ${fingerprint(key.getPublicSSH())})`,
    key,
    locked: false,
    sign: (data, hash) =>
      new Promise<Buffer>((resolve, reject) => {
        agent.sign(key, data, hash === undefined ? {} : { hash: hash as 'sha256' | 'sha512' }, (error, signature) => {
          if (error || !signature) reject(error ?? new Error('the agent does not sign'))
          else resolve(signature)
        })
      }),
  }))
}
