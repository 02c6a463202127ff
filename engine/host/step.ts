import type { ErrorCode } from '../errors.ts'
import type { Account, Algorithm, ArchiveEntry, CommandResult } from './reader.ts'
import type { Command } from './shell.ts'

/** A file on the controller that a step sends: read as a stream, never whole into memory. */
export interface ControllerFile {
  readonly file: string
  readonly size: number
  readonly sha256: string
}
export type Content = string | Buffer | ControllerFile

/** What a step leaves behind, in the reader's words: this is all that the check overlay knows. */
export type Effect =
  | {
      readonly effect: 'file'
      readonly path: string
      /** null: known only once it happened. */
      readonly content: Content | null
      /** The file on the host that it is a copy of. */
      readonly copied?: string | undefined
      readonly mode?: string | undefined
      readonly owner?: string | undefined
      readonly group?: string | undefined
    }
  | {
      readonly effect: 'dir'
      readonly path: string
      readonly mode?: string | undefined
      readonly owner?: string | undefined
      readonly group?: string | undefined
    }
  | { readonly effect: 'link'; readonly path: string; readonly target: string }
  | { readonly effect: 'hardlink'; readonly path: string; readonly target: string }
  /** The path and all below it. */
  | { readonly effect: 'remove'; readonly path: string }
  | {
      readonly effect: 'attributes'
      readonly path: string
      readonly mode?: string | undefined
      readonly owner?: string | undefined
      readonly group?: string | undefined
      readonly mtime?: number | undefined
      readonly atime?: number | undefined
      readonly recurse?: boolean | undefined
      readonly follow?: boolean | undefined
    }
  | { readonly effect: 'move'; readonly from: string; readonly to: string }
  /** A tree below `path`. `unknown` entries: any path below may or may not be there. */
  | {
      readonly effect: 'extraction'
      readonly path: string
      readonly entries: readonly ArchiveEntry[] | 'unknown'
      readonly owner?: string | undefined
      readonly group?: string | undefined
      readonly stampPath: string
      readonly stamp: string
    }
  | {
      readonly effect: 'unit'
      readonly name: string
      readonly active?: boolean | undefined
      readonly enabled?: boolean | undefined
      readonly masked?: boolean | undefined
      readonly reloaded?: boolean | undefined
    }
  | {
      readonly effect: 'mount'
      readonly path: string
      readonly source: string
      readonly fstype: string
      readonly options: readonly string[]
      /** It was mounted there before: what lies below stays what it is. */
      readonly remount?: boolean | undefined
    }
  | { readonly effect: 'unmount'; readonly path: string }
  | { readonly effect: 'sysctl'; readonly key: string; readonly value: string }
  | { readonly effect: 'user'; readonly name: string; readonly account: Partial<Account> | 'absent' }
  | {
      readonly effect: 'group'
      readonly name: string
      readonly group: { readonly gid?: number | undefined } | 'absent'
    }
  /** A version, `absent`, or `unknown`: installed, in a version that only the package manager will choose. */
  | { readonly effect: 'package'; readonly name: string; readonly version: string }
  | {
      readonly effect: 'filesystem'
      readonly device: string
      readonly fstype: string
      readonly label?: string | undefined
      /** Absent: one that only the tool will choose. */
      readonly uuid?: string | undefined
      readonly superblock?: Readonly<Record<string, string>> | undefined
      /** It was there before, and holds what it held: only its super block is another. */
      readonly tuned?: boolean | undefined
    }

/** Runs a command on the host, in a process group of its own. */
export interface RunStep {
  readonly kind: 'run'
  readonly command: Command
  /** What a person reads in --check and -v; the command itself where absent. */
  readonly label?: string | undefined
  readonly effects: readonly Effect[]
  readonly chdir?: string | undefined
  readonly stdin?: string | Buffer | undefined
  /** Seconds; the task's own timeout where absent. */
  readonly timeout?: number | undefined
  /** Exit codes other than 0 that are fine; 'any' for modules that report the code themselves. */
  readonly okCodes?: readonly number[] | 'any' | undefined
  /** What an exit code means, where that is known better than COMMAND_FAILED; the first line of stderr says why. */
  readonly failures?: Readonly<Record<number, ErrorCode>> | undefined
  /** Only tools of the system that put something in place, done in a moment; none of them leaves a process behind. */
  readonly quick?: boolean | undefined
  /** It only readies what a later step starts, and need not wait for what was started before. */
  readonly readies?: boolean | undefined
  /** A file that it put in place with this digest, and no other; its output then ends with `freshStamp` of it. */
  readonly verifies?: Verified | undefined
  /** Values that must not be shown anywhere. */
  readonly secrets?: readonly string[] | undefined
}

export interface Verified {
  readonly path: string
  readonly algorithm: Algorithm
  readonly hex: string
}

/** Puts a file in place: temp file beside it with its final owner and mode, digest, fsync, rename, fsync of the folder. */
export interface WriteStep {
  readonly kind: 'write'
  readonly path: string
  readonly content: Content
  /** Absent: keep what an existing file has, else 0666 less the umask. */
  readonly mode?: string | undefined
  readonly owner?: string | undefined
  readonly group?: string | undefined
  /** Keep the old file as PATH.<pid>.<date>~ . */
  readonly backup?: boolean | undefined
  /** Command words with %s for the temp file; a failure leaves the old file in place. */
  readonly validate?: string | undefined
  readonly label?: string | undefined
  readonly secrets?: readonly string[] | undefined
}

/** Brings a file of the host to the controller: beside its place there, its digest compared, then renamed. */
export interface KeepStep {
  readonly kind: 'keep'
  /** On the host; links are followed. */
  readonly from: string
  /** On the controller; missing folders above it are made. */
  readonly to: string
  readonly size: number
  /** What must arrive, in hex; absent: whatever comes. */
  readonly sha1?: string | undefined
  readonly label?: string | undefined
  readonly secrets?: readonly string[] | undefined
}

export type Step = RunStep | WriteStep | KeepStep

/** A file step's effect follows from the step itself; what comes to the controller leaves the host as it is. */
export function effectsOf(step: Step): readonly Effect[] {
  if (step.kind === 'run') return step.effects
  if (step.kind === 'keep') return []
  const { path, content, mode, owner, group } = step
  return [{ effect: 'file', path, content, mode, owner, group }]
}

/** What happened when one step ran. */
export interface StepResult extends CommandResult {
  readonly step: Step
  /** The backup a write left, when it was asked for one. */
  readonly backup?: string | undefined
  /** What it verified of a file, and the stamp that the file has now. */
  readonly verified?: (Verified & { readonly stamp: string }) | undefined
}
