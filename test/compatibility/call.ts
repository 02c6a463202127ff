import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** One command line of a target as real Ansible ran it. */
export interface Call {
  /** What names it in the list of cases: the command line, the sandbox's own folder left out. */
  readonly name: string
  readonly command: string
  readonly words: readonly string[]
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly input: string
  readonly exit: number
  readonly output: string
  readonly errors: string
  /** The output of a second time, where there was one. */
  readonly again?: string
}

/** What mktemp makes up. */
const RANDOM = /(\btmp\.)[A-Za-z0-9]{10}\b/g

/** How the list names a command line. */
export const nameOf = (command: string, words: readonly string[], root: string): string =>
  [command, ...words].join(' ').replaceAll(root, '~').replace(RANDOM, '$1X').trim()

/** Keeps a call, and what its files were before it, in a folder of its own. */
export function keepCall(folder: string, call: Call): void {
  writeFileSync(join(folder, 'call.json'), JSON.stringify(call))
}

/** A new folder for the next call of a target. */
export function nextFolder(record: string): string {
  mkdirSync(record, { recursive: true })
  const folder = join(record, String(readdirSync(record).length + 1).padStart(3, '0'))
  mkdirSync(folder)
  return folder
}

/** The calls of a target in their order, each with its folder. */
export const callsOf = (record: string): readonly (readonly [string, Call])[] =>
  !existsSync(record)
    ? []
    : readdirSync(record)
        .sort()
        .map((name) => join(record, name))
        .filter((folder) => existsSync(join(folder, 'call.json')))
        .map((folder) => [folder, JSON.parse(readFileSync(join(folder, 'call.json'), 'utf8')) as Call] as const)

/** Keeps what stands in these folders (all below `root`). */
export function keepFiles(folder: string, root: string, paths: readonly string[]): void {
  const names = paths.map((path) => path.slice(root.length + 1))
  execFileSync('tar', ['-C', root, '-cf', join(folder, 'before.tar'), '--exclude=__pycache__', ...names])
}

/** Brings back what `keepFiles` kept. */
export function restoreFiles(folder: string, root: string, paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true })
  execFileSync('tar', ['-C', root, '-xpf', join(folder, 'before.tar')])
}
