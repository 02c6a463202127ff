import type { Readable, Writable } from 'node:stream'

/** How a process ended. `code` null: by a signal, or no exit status came because the connection was lost. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

/** A process on a host. With a terminal, stderr never says anything: everything comes on stdout. */
export interface Process {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** True when it has a terminal, raw and without echo from the start. */
  readonly terminal: boolean
  /** Resolves once it ended and both streams were read to their end; never rejects. */
  readonly ended: Promise<Ending>
  /** Gives it up: closes its streams. Over ssh that does not kill what runs on the host. */
  kill(): void
}

export interface StartOptions {
  /** Asks for a terminal, for a sudo or su that insists on one. */
  readonly terminal?: boolean | undefined
}

/**
 * A way to start processes on a host, and nothing more: what makes a session of it is the same for all kinds. The
 * command line is parsed by whatever login shell the user has, so it is a fixed one; all else goes over stdin.
 */
export interface Connection {
  /** Names what was reached: the same for two inventory names of one machine and login. */
  readonly machine: string
  /** False once it is known to be lost. */
  readonly alive: boolean
  /** How many shells of one user there may be beside the first, for steps that need not wait for each other. */
  readonly spares: number
  /** Throws UNREACHABLE when the connection is lost, TooManySessions when the server opens no further one. */
  start(commandLine: string, options?: StartOptions): Promise<Process>
  close(): void
}

/** The server refuses to open another session on this connection (MaxSessions); those open stay usable. */
export class TooManySessions extends Error {}

/** A plain POSIX shell. The words mean the same to sh, bash, csh and fish. */
export const SHELL = 'exec /bin/sh'
