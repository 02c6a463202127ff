import ssh2, {
  type AnyAuthMethod,
  type AuthenticationType,
  type IdentityCallback,
  type ParsedKey,
  type Prompt,
} from 'ssh2'
import type { SignCallback, SigningRequestOptions } from 'ssh2'
import { KplayError } from '../../errors.ts'
import type { SshSettings } from '../settings/ssh_config.ts'
import type { AskSecret } from '../target.ts'
import type { Identity, Keys } from './keys.ts'

export interface Credentials {
  readonly password: string | undefined
  /** --private-key or ansible_ssh_private_key_file. */
  readonly privateKeyFile: string | undefined
}

/**
 * One login: which keys and methods are offered to a server, in ssh's order, and what became of it. A password is
 * sent once; a wrong one must not lock the account.
 */
export class Login {
  readonly #settings: SshSettings
  readonly #credentials: Credentials
  readonly #keys: Keys
  readonly #ask: AskSecret
  readonly #tried: string[] = []
  readonly #notes: string[] = []
  #offered: readonly string[] = []
  #next: AsyncGenerator<AnyAuthMethod, undefined, boolean>

  constructor(settings: SshSettings, credentials: Credentials, keys: Keys, ask: AskSecret) {
    this.#settings = settings
    this.#credentials = credentials
    this.#keys = keys
    this.#ask = ask
    this.#next = this.#methods()
  }

  /** ssh2's authHandler; `false` ends the login. */
  handler = (
    left: AuthenticationType[] | null,
    partial: boolean,
    next: (method: AnyAuthMethod | false) => void,
  ): void => {
    if (left) this.#offered = left
    this.#next.next(partial).then(
      ({ value }) => next(value ?? false),
      (error: Error) => {
        this.#notes.push(error.message)
        next(false)
      },
    )
  }

  /** The error for a login that was refused: what was tried, what is offered, what to do. */
  refused(error: Error): KplayError {
    const { user, alias } = this.#settings
    const offered = this.#offered.filter((one) => one !== 'gssapi-with-mic' && one !== 'hostbased')
    const lines = [
      `tried: ${this.#tried.join(', ') || 'nothing, as there was no key and no password'}`,
      ...this.#notes.map((note) => `not used: ${note}`),
      ...(offered.length > 0 ? [`the server accepts: ${offered.join(', ')}`] : []),
      this.#advice(offered, alias),
    ]
    return new KplayError('LOGIN_REFUSED', `the login as ${user} was refused`, {
      hint: lines.join('\n'),
      // ssh2's own summary says nothing that the hint does not.
      cause: /authentication methods failed/.test(error.message) ? undefined : error,
    })
  }

  #advice(offered: readonly string[], alias: string): string {
    if (this.#credentials.password !== undefined)
      return 'check the password (-k, ansible_password) and the user (-u, ansible_user)'
    const install = `install your key there: ssh-copy-id ${this.#settings.user}@${alias}`
    const byPassword = offered.includes('password') || offered.includes('keyboard-interactive')
    return byPassword ? `${install}; or let -k ask for a password` : `${install}; or name another with --private-key`
  }

  async *#methods(): AsyncGenerator<AnyAuthMethod, undefined, boolean> {
    const username = this.#settings.user
    const { password } = this.#credentials
    const { identities, blind } = await this.#identities()
    const offers = (method: string) => this.#offered.length === 0 || this.#offered.includes(method)
    let partial = false
    // Without a key to offer, "none" asks the server what it accepts.
    if (identities.length === 0) partial = yield { type: 'none', username }
    if (identities.length > 0) {
      this.#tried.push(...identities.map(({ label }) => label))
      partial = yield { type: 'agent', username, agent: new Ring(identities, (note) => this.#notes.push(note)) }
    }
    for (const unlock of blind) {
      const identity = offers('publickey') ? await unlock() : undefined
      if (!identity) continue
      this.#tried.push(identity.label)
      partial = yield { type: 'agent', username, agent: new Ring([identity], (note) => this.#notes.push(note)) }
    }
    let sent = false
    if (password !== undefined && offers('password')) {
      this.#tried.push('password')
      sent = true
      partial = yield { type: 'password', username, password }
    }
    // After half a success (a key, then a code) the server asks for the rest; else only to send the password.
    if (offers('keyboard-interactive') && (partial || (password !== undefined && !sent))) {
      this.#tried.push('keyboard-interactive')
      yield {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => {
          void this.#answer(prompts, sent).then(finish)
          sent = true
        },
      }
    }
    return undefined
  }

  async #answer(prompts: readonly Prompt[], sent: boolean): Promise<string[]> {
    const answers: string[] = []
    for (const { prompt } of prompts) {
      const { password } = this.#credentials
      if (password !== undefined && !sent && answers.length === 0) answers.push(password)
      else answers.push((await this.#ask(`${this.#settings.user}@${this.#settings.alias}: ${prompt}`)) ?? '')
    }
    return answers
  }

  async #identities(): Promise<{ identities: Identity[]; blind: (() => Promise<Identity | undefined>)[] }> {
    const { agent, identityFiles, explicitIdentities, identitiesOnly } = this.#settings
    const { privateKeyFile } = this.#credentials
    const agentKeys =
      agent === undefined
        ? []
        : await this.#keys.agent(agent).catch(() => {
            this.#notes.push(`the agent: nobody answers at ${agent}`)
            return []
          })
    const explicit = [
      ...(privateKeyFile === undefined ? [] : [privateKeyFile]),
      ...(explicitIdentities ? identityFiles : []),
    ]
    const first: Identity[] = []
    const last: Identity[] = []
    const blind: (() => Promise<Identity | undefined>)[] = []
    for (const path of new Set([...explicit, ...identityFiles])) {
      const named = explicit.includes(path)
      const half = await this.#keys.publicHalf(path)
      const held = half && agentKeys.find(({ key }) => key.getPublicSSH().equals(half.getPublicSSH()))
      const loaded = await this.#keys.file(path)
      const identity = held ?? loaded.identity
      if (identity) (named ? first : last).push(identity)
      else if (loaded.blind) blind.push(loaded.blind)
      else if (loaded.note !== undefined) this.#notes.push(loaded.note)
      else if (named) this.#notes.push(`${path}: there is no such file`)
    }
    // Within each group first what asks nobody.
    const openFirst = (keys: Identity[]) => keys.toSorted((a, b) => Number(a.locked) - Number(b.locked))
    const all = [...openFirst(first), ...(identitiesOnly ? [] : agentKeys), ...openFirst(last)]
    const unique = new Map(all.map((identity) => [identity.key.getPublicSSH().toString('base64'), identity]))
    return { identities: [...unique.values()], blind }
  }
}

/** Offers keys in our order and asks for a passphrase only once the server has said that it takes the key. */
class Ring extends ssh2.BaseAgent<ParsedKey> {
  readonly #identities: readonly Identity[]
  readonly #note: (note: string) => void

  constructor(identities: readonly Identity[], note: (note: string) => void) {
    super()
    this.#identities = identities
    this.#note = note
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(
      undefined,
      this.#identities.map(({ key }) => key),
    )
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const answer = typeof options === 'function' ? options : done
    const hash = typeof options === 'function' ? undefined : options.hash
    const wanted = key.getPublicSSH()
    const identity = this.#identities.find((one) => one.key.getPublicSSH().equals(wanted))
    if (!identity) return answer?.(new Error('a key that was not offered'))
    identity.sign(data, hash).then(
      (signature) => answer?.(undefined, signature),
      (error: Error) => {
        this.#note(error.message)
        answer?.(error)
      },
    )
  }
}
