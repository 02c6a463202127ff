import { type ErrorCode, KplayError } from '../../errors.ts'

/** What ssh2 and node add to their errors. */
export interface Failure extends Error {
  readonly code?: string | number | undefined
  readonly level?: string | undefined
  readonly errors?: readonly Failure[] | undefined
}

export interface Peer {
  readonly host: string
  readonly port: number
  /** Seconds. */
  readonly timeout: number
}

type Row = readonly [code: string, message: string, hint: (peer: Peer) => string]

/** Socket errors, in words. Messages name no host, so that one line can speak for many. */
const SOCKET: readonly Row[] = [
  [
    'ENOTFOUND',
    'the name cannot be resolved',
    ({ host }) => `${host}: check the spelling, or give the address with ansible_host`,
  ],
  [
    'EAI_AGAIN',
    'the name server does not answer',
    ({ host }) => `${host} could not be looked up; give the address with ansible_host`,
  ],
  [
    'ECONNREFUSED',
    'the connection was refused',
    ({ port }) => `is sshd running, and is ${port} its port (ansible_port)?`,
  ],
  ['EHOSTUNREACH', 'there is no route to the host', () => 'is the host up, and is the network right?'],
  ['ENETUNREACH', 'there is no route to the host', () => 'is the network of this machine up?'],
  [
    'ETIMEDOUT',
    'no answer in time',
    ({ timeout }) => `the host is down, or a firewall drops what we send (waited ${timeout} s; --timeout)`,
  ],
  ['EACCES', 'this machine does not let us connect', () => 'a firewall on this machine forbids it'],
  ['ECONNRESET', 'the connection was cut off before the login', () => BUSY],
  ['EPIPE', 'the connection was cut off before the login', () => BUSY],
]

const BUSY = 'sshd does so when too many log in at once (MaxStartups), or bans this address'

const unreachable = (message: string, hint: string, cause: unknown): KplayError =>
  failure('UNREACHABLE', message, hint, cause)
const failure = (code: ErrorCode, message: string, hint: string, cause: unknown): KplayError =>
  new KplayError(code, message, { hint, cause })

/** Why a connection did not come about, short of a login that was refused. */
export function explainFailure(error: Failure, peer: Peer): KplayError {
  if (error instanceof KplayError) return error
  const cause = error.errors?.[0] ?? error
  const row = SOCKET.find(([code]) => code === cause.code)
  if (row) return unreachable(row[1], row[2](peer), cause)
  const { message } = cause
  if (error.level === 'client-timeout')
    return unreachable('no answer in time', `waited ${peer.timeout} s; --timeout`, cause)
  if (/before handshake/.test(message)) return unreachable('the connection was cut off before the login', BUSY, cause)
  if (/no matching|algorithm/i.test(message)) {
    return unreachable(
      'no cipher or key type in common with the server',
      `${message}; try ansible_connection=openssh`,
      cause,
    )
  }
  if (/ident|protocol|packet|header/i.test(message)) {
    return unreachable('what answers is no ssh server', `is ${peer.port} the port of sshd (ansible_port)?`, cause)
  }
  return unreachable('the connection failed', message, cause)
}

/**
 * The connection ended before the handshake did; `heard` is what came first. A busy sshd says nothing at all, or that
 * it is busy.
 */
export function cutOff(heard: string): Failure {
  if (heard === '' || /^(Exceeded|Not allowed)/.test(heard)) return new Error('dropped before handshake')
  return new Error(heard.startsWith('SSH-') ? 'cut off before handshake' : 'not an ssh identification')
}

/** Failures of which another attempt may be worth it: nothing was sent but a greeting. */
export const isBusy = (error: Failure): boolean =>
  /dropped before handshake/.test(error.message) || (error.level === 'client-socket' && error.code === 'ECONNRESET')
