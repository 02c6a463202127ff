import { KplayError } from '../../errors.ts'
import { Unanswered } from '../conversation.ts'
import type { SshSettings } from '../settings/ssh_config.ts'
import { explainFailure, type Peer } from './failures.ts'

/** What OpenSSH's client prints, and the system error behind it. */
const SYSTEM: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/Temporary failure in name resolution/, 'EAI_AGAIN'],
  [/Could not resolve hostname/, 'ENOTFOUND'],
  [/Connection refused/, 'ECONNREFUSED'],
  [/No route to host/, 'EHOSTUNREACH'],
  [/Network is unreachable/, 'ENETUNREACH'],
  [/timed out/, 'ETIMEDOUT'],
]
const CUT_OFF =
  /kex_exchange_identification|banner exchange|Connection (closed|reset) by (remote host|[\d.:a-f]+ port)/i

/** Why `ssh` ended before the host spoke. */
export function explainSsh(
  unanswered: Unanswered,
  settings: SshSettings,
  withPassword: boolean,
  peer: Peer,
): KplayError {
  const { heard, ended } = unanswered
  const said = heard
    .trim()
    .split(/[\r\n]+/)
    .slice(-4)
    .join('\n')
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(heard)) {
    const hint = heard
      .split(/[\r\n]+/)
      .filter((line) => /SHA256|Offending|ssh-keygen/.test(line))
      .join('\n')
    return new KplayError(
      'HOST_KEY',
      'the host key has changed: it may be another host, or somebody between it and you',
      { hint, cause: said },
    )
  }
  if (/Host key verification failed|host key is known/.test(heard)) {
    const hint = `accept the new keys of all hosts of a run: --accept-new-host-keys; or look at it with: ssh ${settings.user}@${settings.alias}`
    return new KplayError('HOST_KEY', 'the host key is not known', { hint, cause: said })
  }
  const denied = /Permission denied(?: \(([^)]*)\))?/.exec(heard)
  if (denied) {
    const next = withPassword
      ? 'check the password (-k, ansible_password) and the user (-u, ansible_user)'
      : `try: ssh ${settings.user}@${settings.alias}; an encrypted key needs ssh-agent here`
    const hint = `${denied[1] === undefined ? '' : `the server accepts: ${denied[1].replaceAll(',', ', ')}\n`}${next}`
    return new KplayError('LOGIN_REFUSED', `the login as ${settings.user} was refused`, { hint, cause: said })
  }
  const row = SYSTEM.find(([pattern]) => pattern.test(heard))
  if (row) return explainFailure(Object.assign(new Error(said), { code: row[1] }), peer)
  if (CUT_OFF.test(heard) && settings.proxyCommand !== undefined)
    return new KplayError('UNREACHABLE', 'its ProxyCommand ended before the host answered', { cause: said })
  if (CUT_OFF.test(heard)) return explainFailure(new Error('cut off before handshake'), peer)
  if (!ended) return explainFailure(Object.assign(new Error(said), { code: 'ETIMEDOUT' }), peer)
  return new KplayError('UNREACHABLE', 'ssh ended before the host answered', { hint: said, cause: unanswered })
}

/** Worth another attempt: nothing was sent but a greeting. */
export const isBusySsh = (error: unknown): boolean =>
  error instanceof Unanswered &&
  error.ended &&
  CUT_OFF.test(error.heard) &&
  !/Permission denied|Host key|not found|No such file/.test(error.heard)
