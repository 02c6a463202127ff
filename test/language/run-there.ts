import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import type { LanguageCase } from './cases.ts'
import type { Ended } from './judge.ts'

const SECONDS = 60

/** Runs a case with a program that takes ansible-playbook's flags; `program` is its words. */
export async function runThere(
  { path, words, environment }: LanguageCase,
  caseFolder: string,
  [command = '', ...first]: readonly string[],
): Promise<Ended> {
  const child = spawn(command, [...first, ...words], {
    cwd: dirname(path),
    env: {
      ...process.env,
      NO_COLOR: '1',
      ANSIBLE_NOCOLOR: '1',
      CI: '1',
      ...environment,
      KPLAY_CASE_DIR: caseFolder,
      KPLAY_STATE: `${caseFolder}/state`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: SECONDS * 1000,
    killSignal: 'SIGKILL',
  })
  const heard: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => heard.push(text))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code === null) heard.push(`\nit was still running after ${SECONDS} s\n`)
  return { exit: code ?? 255, output: heard.join('') }
}
