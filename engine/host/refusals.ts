import { KplayError } from '../errors.ts'
import type { Unanswered } from './conversation.ts'
import type { Become } from './target.ts'

/** Try again with a terminal. */
export class NeedsTerminal extends Error {}

const become = (message: string, hint: string, cause?: unknown): KplayError =>
  new KplayError('BECOME', message, { hint, cause })

/** A user that sudo or su could take for an option. */
export function refuseOddUser({ user }: Become): void {
  if (!/^[\w.#][\w.@$\\-]*$/.test(user)) throw become(`${JSON.stringify(user)} is no user name`, 'see become_user')
}

export const missing = ({ method, program }: Become): KplayError =>
  become(
    `${program ?? method} is not installed`,
    method === 'sudo'
      ? 'install sudo on the host, log in as the user itself (-u root), or use su (--become-method su)'
      : 'use sudo (--become-method sudo) or log in as the user itself',
  )

export const noPassword = ({ method, user }: Become): KplayError =>
  become(
    `${method} wants a password to become ${user}`,
    `let -K ask for it, set ansible_become_password${method === 'sudo' ? ', or allow it without (NOPASSWD in sudoers)' : ''}`,
  )

export const wrongPassword = ({ method, user }: Become): KplayError =>
  become(
    `${method} does not accept the password to become ${user}`,
    method === 'sudo'
      ? 'sudo wants the password of the user that logs in (-K, ansible_become_password)'
      : `su wants the password of ${user} (-K, ansible_become_password)`,
  )

type Row = readonly [pattern: RegExp, explain: (wanted: Become, said: string) => KplayError]

const SUDO: readonly Row[] = [
  [/password is required|no tty present and no askpass|terminal is required to (read|authenticate)/, noPassword],
  [/incorrect password|[Aa]uthentication fail|no password was provided/, wrongPassword],
  [
    /not in the sudoers|may not run sudo|not allowed to run sudo/,
    (_, said) =>
      become(
        'the user that logs in may not use sudo',
        'add it to sudoers on the host, or log in as another user (-u)',
        said,
      ),
  ],
  [
    /not allowed to execute/,
    ({ user }, said) =>
      become(
        `sudo does not allow to become ${user}`,
        `sudoers must allow /bin/sh as ${user} to the user that logs in`,
        said,
      ),
  ],
  [/unknown user/, ({ user }, said) => become(`the host has no user ${user}`, 'see become_user', said)],
  [
    /expired/,
    (_, said) =>
      become('sudo refuses: the account or its password has expired', 'set a new password on the host', said),
  ],
]

const SU: readonly Row[] = [
  [
    /[Aa]uthentication fail|incorrect password|^su: [Ss]orry/m,
    (wanted) => (wanted.password === undefined ? noPassword(wanted) : wrongPassword(wanted)),
  ],
  [
    /[Pp]ermission denied|not.*(wheel|authorized)/,
    ({ user }, said) => become(`su does not allow to become ${user}`, 'PAM on the host forbids it (pam_wheel?)', said),
  ],
  [
    /does not exist|[Uu]nknown (id|user)|No passwd entry/,
    ({ user }, said) => become(`the host has no user ${user}`, 'see become_user', said),
  ],
  [
    /expired/,
    ({ user }, said) =>
      become(`su refuses: the account ${user} or its password has expired`, 'set a new password on the host', said),
  ],
]

/** What sudo's last words mean. With the C locale they are sudo's own, in all versions since 1.8. */
export const explainSudo = (unanswered: Unanswered, wanted: Become, terminal: boolean): Error =>
  explain(SUDO, unanswered, wanted, terminal)

export const explainSu = (unanswered: Unanswered, wanted: Become, terminal: boolean): Error =>
  explain(SU, unanswered, wanted, terminal)

function explain(rows: readonly Row[], { heard, ended }: Unanswered, wanted: Become, terminal: boolean): Error {
  if (!terminal && /must have a tty|must be run from a terminal|standard in must be a tty/.test(heard))
    return new NeedsTerminal()
  const said = heard
    .trim()
    .split(/[\r\n]+/)
    .slice(-3)
    .join('; ')
  const row = rows.find(([pattern]) => pattern.test(heard))
  if (row) return row[1](wanted, said)
  const { method, user } = wanted
  return ended
    ? become(`${method} does not start a shell as ${user}`, said || 'it ended without a word')
    : become(`${method} does not answer`, said ? `it waits after: ${said}` : 'it said nothing')
}
