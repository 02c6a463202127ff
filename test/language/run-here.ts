import { dirname } from 'node:path'
import { runProgram } from '../../engine/cli/program.ts'
import type { LanguageCase } from './cases.ts'
import type { Ended } from './judge.ts'

/**
 * Runs a case in this process, which is a tenth of what a process of its own would take. One at a time: the folder,
 * the environment and the output are the process's.
 */
export async function runHere({ path, words, environment }: LanguageCase, caseFolder: string): Promise<Ended> {
  const { stdout, stderr } = process
  const before = { folder: process.cwd(), env: { ...process.env }, code: process.exitCode }
  const writes = { out: stdout.write, error: stderr.write }
  const heard: string[] = []
  const hear = (chunk: unknown): boolean => {
    heard.push(String(chunk))
    return true
  }
  process.chdir(dirname(path))
  Object.assign(process.env, {
    NO_COLOR: '1',
    CI: '1',
    ...environment,
    KPLAY_CASE_DIR: caseFolder,
    KPLAY_STATE: `${caseFolder}/state`,
  })
  stdout.write = hear
  stderr.write = hear
  process.exitCode = 0
  try {
    await runProgram(['run', ...words], '0')
    return { exit: Number(process.exitCode), output: heard.join('') }
  } finally {
    stdout.write = writes.out
    stderr.write = writes.error
    process.exitCode = before.code
    process.chdir(before.folder)
    for (const name of Object.keys(process.env)) if (!(name in before.env)) delete process.env[name]
    Object.assign(process.env, before.env)
  }
}
