import type { Readable } from 'node:stream'
import type { AskOptions, CommandResult } from './reader.ts'
import type { Command } from './shell.ts'

/** What one probe frame answered: raw bytes, as questions know best how to read them. */
export interface FrameResult {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: Buffer
}

export interface StepFrameOptions extends AskOptions {
  /**
   * It only puts something in place and is done in a moment, leaving no process behind: where that can be relied on, it
   * needs neither a process group of its own nor files for what it says.
   */
  readonly quick?: boolean | undefined
  /** Called once a quick one is on its way: what is asked in this session from now on is asked when it is over. */
  readonly sent?: (() => void) | undefined
}

/**
 * One long-lived /bin/sh on a machine as one user, fed with framed scripts. A random nonce on stdout and stderr ends a
 * frame's output; everything is binary safe.
 */
export interface Session {
  readonly user: string
  readonly home: string
  /** Where its commands start; the home where that is not known. */
  readonly folder?: string
  /** Runs a read-only script in a subshell with stdin closed, LC_ALL=C, umask 022 and sbin in PATH. Frames queue up without waiting for each other's answers. */
  probe(script: Command, options?: { readonly limit?: number; readonly timeout?: number }): Promise<FrameResult>
  /** Runs a command under setsid in a process group of its own, with the login's environment, output in files on the host, bounded; sent alone. A quick one without a timeout runs in a subshell, and questions may follow it. */
  step(command: Command, options?: StepFrameOptions): Promise<CommandResult>
  /** Streams exactly `size` bytes into a new file (created 0600, fails when it exists) over the bulk session. */
  upload(path: string, source: Readable | Buffer, size: number, progress?: (sent: number) => void): Promise<void>
}
