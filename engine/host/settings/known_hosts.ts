import { createHash, createHmac, randomBytes } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hostPattern } from './host-pattern.ts'

/** One line of a known_hosts file that is about the host in question. */
export interface KnownKey {
  readonly marker: 'revoked' | 'cert-authority' | undefined
  readonly type: string
  readonly key: Buffer
  readonly file: string
  readonly line: number
}

/**
 * - known: this very key
 * - unknown: nothing is known of the host
 * - changed: other keys are known of the host, not this one
 * - revoked: this key is marked as no longer to be trusted
 */
export type Verdict = 'known' | 'unknown' | 'changed' | 'revoked'

interface Line {
  readonly marker: KnownKey['marker']
  readonly hosts: string
  readonly type: string
  readonly key: Buffer
  readonly number: number
}

/** known_hosts files, each read once; see sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
export class KnownHosts {
  readonly #files = new Map<string, Promise<Line[]>>()
  #writing: Promise<unknown> = Promise.resolve()

  /** Lines of these files about `host`, as OpenSSH looks it up: `[host]:port` unless the port is 22. */
  async find(files: readonly string[], host: string, port: number): Promise<KnownKey[]> {
    const name = nameOf(host, port)
    const found: KnownKey[] = []
    for (const file of files) {
      for (const { marker, hosts, type, key, number } of await this.#read(file)) {
        if (matches(hosts, name)) found.push({ marker, type, key, file, line: number })
      }
    }
    return found
  }

  /** Adds a key of which nothing is known. */
  async add(file: string, host: string, port: number, key: Buffer, hashed: boolean): Promise<void> {
    const name = nameOf(host, port)
    const hosts = hashed ? hashName(name, randomBytes(20)) : name
    const type = keyType(key)
    // One after the other: many first contacts must not write the same line twice or into each other.
    const written = this.#writing.then(async () => {
      const lines = await this.#read(file)
      if (lines.some((line) => matches(line.hosts, name) && line.key.equals(key))) return
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const text = await readFile(file, 'utf8').catch(() => '')
      const start = text === '' || text.endsWith('\n') ? '' : '\n'
      await appendFile(file, `${start}${hosts} ${type} ${key.toString('base64')}\n`, { mode: 0o600 })
      lines.push({ marker: undefined, hosts, type, key, number: text.split('\n').length })
    })
    this.#writing = written.catch(() => undefined)
    await written
  }

  #read(file: string): Promise<Line[]> {
    let lines = this.#files.get(file)
    if (!lines) this.#files.set(file, (lines = readFile(file, 'utf8').then(parseKnownHosts, () => [])))
    return lines
  }
}

/** What the known lines say of the key that a host shows. */
export function judge(known: readonly KnownKey[], key: Buffer): Verdict {
  const same = known.filter((one) => one.key.equals(key))
  if (same.some(({ marker }) => marker === 'revoked')) return 'revoked'
  if (same.some(({ marker }) => marker === undefined)) return 'known'
  // A host known by a key of another type only counts as changed too: else whoever sits between us need only offer
  // another type.
  return known.some(({ marker }) => marker === undefined) ? 'changed' : 'unknown'
}

/** The first field of the wire format (RFC 4253, 6.6). */
export const keyType = (key: Buffer): string => key.toString('latin1', 4, 4 + key.readUInt32BE(0))

/** As `ssh-keygen -l` prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

export const nameOf = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`

function parseKnownHosts(text: string): Line[] {
  return text.split('\n').flatMap((raw, at) => {
    const words = raw.trim().split(/\s+/)
    if (words[0] === '' || words[0]?.startsWith('#')) return []
    const marked = words[0]?.startsWith('@') ? words.shift()?.slice(1) : undefined
    const marker = marked === 'revoked' || marked === 'cert-authority' ? marked : undefined
    if (marked !== undefined && marker === undefined) return []
    const [hosts, type, key] = words
    if (hosts === undefined || type === undefined || key === undefined) return []
    return [{ marker, hosts, type, key: Buffer.from(key, 'base64'), number: at + 1 }]
  })
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return hashName(name, Buffer.from(hosts.split('|')[2] ?? '', 'base64')) === hosts
  let hit = false
  for (const pattern of hosts.split(',')) {
    const negated = pattern.startsWith('!')
    if (!hostPattern(negated ? pattern.slice(1) : pattern).test(name)) continue
    if (negated) return false
    hit = true
  }
  return hit
}

const hashName = (name: string, salt: Buffer): string =>
  `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
