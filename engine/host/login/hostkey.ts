import { KplayError } from '../../errors.ts'
import { fingerprint, judge, type KnownHosts, type KnownKey, keyType, nameOf } from '../settings/known_hosts.ts'
import type { SshSettings } from '../settings/ssh_config.ts'

export interface HostKeyPolicy {
  readonly acceptNew: boolean
  /** Further files, before the user's own. */
  readonly files: readonly string[]
}

/** Decides whether a host is the one it claims to be. Nothing is sent to a host before it has been. */
export class HostKeyCheck {
  readonly #settings: SshSettings
  readonly #policy: HostKeyPolicy
  readonly #store: KnownHosts
  readonly #known: readonly KnownKey[]
  readonly #borrowed: boolean
  /** Set when the key was refused. */
  error: KplayError | undefined

  static async prepare(settings: SshSettings, policy: HostKeyPolicy, store: KnownHosts): Promise<HostKeyCheck> {
    const files = [...policy.files, ...settings.knownHostsFiles, ...settings.globalKnownHostsFiles]
    const [host, port] = nameAndPort(settings)
    return new HostKeyCheck(
      settings,
      policy,
      store,
      await store.find(files, host, port),
      await store.find(files, host, 22),
    )
  }

  private constructor(
    settings: SshSettings,
    policy: HostKeyPolicy,
    store: KnownHosts,
    known: KnownKey[],
    plain: KnownKey[],
  ) {
    this.#settings = settings
    this.#policy = policy
    this.#store = store
    // As ssh does: a key known for the host's plain name will do for another port, but does not speak against one.
    this.#known = known.length > 0 ? known : plain.filter(({ marker }) => marker !== 'cert-authority')
    this.#borrowed = known.length === 0
  }

  /** Key types to ask the server for first: those that could match. Asked for another, it would seem changed. */
  get preferred(): readonly string[] {
    return [...new Set(this.#known.filter(({ marker }) => marker === undefined).map(({ type }) => type))]
  }

  async verify(key: Buffer): Promise<boolean> {
    const verdict = judge(this.#known, key)
    if (verdict === 'known') return true
    if (verdict === 'revoked') this.error = this.#refuse('the host shows a key that was revoked', this.#seen(key))
    else if (verdict === 'changed' && !this.#borrowed) this.error = this.#changed(key)
    else if (this.#policy.acceptNew || this.#settings.strictHostKeyChecking !== 'yes') return this.#accept(key)
    else this.error = this.#unknown(key)
    return false
  }

  async #accept(key: Buffer): Promise<boolean> {
    const [host, port] = nameAndPort(this.#settings)
    const file = this.#policy.files[0] ?? this.#settings.knownHostsFiles[0]
    if (file === undefined || file === '/dev/null') return true
    try {
      await this.#store.add(file, host, port, key, this.#settings.hashKnownHosts)
      return true
    } catch (cause) {
      this.error = new KplayError('HOST_KEY', `the new host key cannot be written to ${file}`, { cause })
      return false
    }
  }

  #refuse(message: string, hint: string): KplayError {
    return new KplayError('HOST_KEY', message, { hint })
  }

  #unknown(key: Buffer): KplayError {
    const { hostName, alias, port } = this.#settings
    const [host, keyPort] = nameAndPort(this.#settings)
    const file = this.#policy.files[0] ?? this.#settings.knownHostsFiles[0] ?? '~/.ssh/known_hosts'
    const authority = this.#known.some(({ marker }) => marker === 'cert-authority')
    const scan = `ssh-keyscan ${port === 22 ? '' : `-p ${port} `}-t ${keyType(key).replace(/^ssh-|-sha2.*/g, '')} ${hostName}`
    const line = `echo '${nameOf(host, keyPort)} ${keyType(key)} ${key.toString('base64')}' >> ${file}`
    return this.#refuse(
      'the host key is not known',
      [
        this.#seen(key),
        `compare it with what the host itself says (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then accept it: ${line}`,
        `or accept the new keys of all hosts of a run: --accept-new-host-keys`,
        ...(authority
          ? ['the host is known by a certificate authority, which only ansible_connection=openssh can check']
          : []),
        `(${alias}: ${scan} shows what it offers)`,
      ].join('\n'),
    )
  }

  #changed(key: Buffer): KplayError {
    const [host, port] = nameAndPort(this.#settings)
    const known = this.#known.filter(({ marker }) => marker === undefined)
    const lines = known.map(({ type, key: old, file, line }) => `known: ${type} ${fingerprint(old)} (${file}:${line})`)
    const forget = [...new Set(known.map(({ file }) => file))].map(
      (file) => `ssh-keygen -f ${file} -R '${nameOf(host, port)}'`,
    )
    return this.#refuse(
      'the host key has changed: it may be another host, or somebody between it and you',
      [this.#seen(key), ...lines, `if the host was installed anew, forget the old key: ${forget.join('; ')}`].join(
        '\n',
      ),
    )
  }

  #seen = (key: Buffer): string => `shown: ${keyType(key)} ${fingerprint(key)}`
}

/** HostKeyAlias stands for name and port. */
const nameAndPort = ({ hostKeyAlias, hostName, port }: SshSettings): readonly [string, number] =>
  hostKeyAlias === undefined ? [hostName, port] : [hostKeyAlias, 22]
