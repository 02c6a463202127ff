import { isUtf8 } from 'node:buffer'
import { execFile } from 'node:child_process'
import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import pLimit from 'p-limit'
import { KplayError } from '../errors.ts'
import type { Files } from '../read/files.ts'
import { hostsToAsk, type ScriptAnswer } from '../read/inventory/script.ts'
import { sourceFiles, type Ignored } from '../read/inventory/sources.ts'
import { codeOf } from './files.ts'

const MOST_OUTPUT = 256 * 1024 * 1024
const AT_ONCE = 8

/**
 * Runs every program among the inventory's files with `--list` and, where that says nothing about the hosts'
 * variables, with `--host NAME`. Throws COMMAND_FAILED when one fails, BAD_YAML when one prints no JSON.
 */
export async function runInventoryScripts(
  sources: readonly string[],
  files: Files,
  ignored?: Ignored,
): Promise<ReadonlyMap<string, ScriptAnswer>> {
  const scripts = [...new Set(sources.flatMap((source) => sourceFiles(source, files, ignored)))].filter(isProgram)
  const answers = scripts.map(async (script): Promise<[string, ScriptAnswer]> => [script, await ask(script)])
  return new Map(await Promise.all(answers))
}

async function ask(script: string): Promise<ScriptAnswer> {
  const list = await output(script, ['--list'])
  const limit = pLimit(AT_ONCE)
  const hosts = hostsToAsk(list, script).map((host) =>
    limit(async (): Promise<[string, string]> => [host, await output(script, ['--host', host])]),
  )
  return { list, hosts: new Map(await Promise.all(hosts)) }
}

/** Executable, and with an interpreter's name or machine code in it: a text file that happens to be executable is none. */
export function isProgram(path: string): boolean {
  let file: number | undefined
  try {
    accessSync(path, constants.X_OK)
    file = openSync(path, 'r')
    const head = Buffer.alloc(4)
    readSync(file, head)
    return head.toString('latin1', 0, 2) === '#!' || head.toString('latin1') === '\x7fELF'
  } catch {
    return false
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function output(script: string, options: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const settings = { encoding: 'buffer', maxBuffer: MOST_OUTPUT } as const
    const child = execFile(script, [...options], settings, (error, stdout, stderr) => {
      if (error) reject(failed(script, options, error, stderr.toString()))
      else if (isUtf8(stdout)) resolve(stdout.toString('utf8'))
      else
        reject(new KplayError('BAD_YAML', 'what the inventory script prints is no UTF-8 text', { place: at(script) }))
    })
    child.stdin?.end()
  })
}

const at = (file: string) => ({ file, line: 1, column: 1 })

function failed(script: string, options: readonly string[], error: Error, complaint: string): KplayError {
  const code = codeOf(error)
  const told = complaint.trim().split('\n').slice(-5).join('\n')
  const why =
    code === 'ENOENT'
      ? 'cannot be started: the interpreter in its first line is not there'
      : code === 'EACCES'
        ? 'cannot be started: permission denied'
        : `failed with ${endOf(error)}${told === '' ? '' : `: ${told}`}`
  return new KplayError('COMMAND_FAILED', `the inventory script ${why}`, {
    place: at(script),
    cause: error,
    hint: `see for yourself, in ${dirname(script)}: ${[script, ...options].join(' ')}`,
  })
}

function endOf(error: Error): string {
  const { code, signal } = error as { code?: unknown; signal?: unknown }
  return typeof code === 'number' ? `exit code ${code}` : typeof signal === 'string' ? signal : error.message
}
