import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Call } from './call.ts'
import { callsOf, restoreFiles } from './call.ts'
import { mistakeOf, type Ending } from './judge.ts'
import type { Listed, ListedTarget } from './list.ts'
import { wordsOfKplay } from './words.ts'

const SECONDS = 120

/** What became of a case that is counted. */
export interface Measured {
  readonly target: string
  readonly area: string
  readonly run: string
  readonly mistake?: string
}

/** Runs the counted cases of a target, each from the files that Ansible had before it. */
export async function measureTarget(
  target: string,
  { area, cases, out }: ListedTarget,
  records: string,
): Promise<Measured[]> {
  if (out !== undefined) return []
  const calls = [...callsOf(join(records, 'calls', target))]
  const measured: Measured[] = []
  for (const listed of cases) {
    const at = calls.findIndex(([, { name }]) => name === listed.run)
    const [found] = at < 0 ? [] : calls.splice(at, 1)
    if (listed.out !== undefined) continue
    const mistake = found
      ? await measureCall(found, listed, join(records, 'work', target), target)
      : 'it was not recorded'
    measured.push({ target, area, run: listed.run, ...(mistake !== undefined && { mistake }) })
  }
  return measured
}

async function measureCall(
  [folder, call]: readonly [string, Call],
  listed: Listed,
  root: string,
  target: string,
): Promise<string | undefined> {
  const changing = [join(root, 'test/integration/targets', target), join(root, 'output')]
  restoreFiles(folder, root, changing)
  const ending = await runKplay(call, root)
  writeFileSync(join(folder, 'kplay.out'), `${ending.output}\n--- errors\n${ending.errors}\n--- exit ${ending.exit}\n`)
  return mistakeOf(call, listed.exit ?? call.exit, ending, listed.early !== undefined)
}

async function runKplay({ command, words, folder, environment, input }: Call, root: string): Promise<Ending> {
  const [first = '', ...rest] = wordsOfKplay(command, words)
  const extra = first === 'run' ? ['--output', 'json'] : []
  const program = join(import.meta.dirname, '../../engine/cli/main.js')
  const kplay = join(root, 'bin/kplay')
  writeFileSync(kplay, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 })
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true })
  const child = spawn(process.execPath, [program, first, ...extra, ...rest], {
    cwd: folder,
    env: { ...environment, NO_COLOR: '1', KPLAY_COMPATIBILITY: 'kplay', KPLAY_COMPATIBILITY_KPLAY: kplay },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const heard = { output: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard.output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard.errors += text))
  child.stdin.on('error', () => undefined).end(input)
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), SECONDS * 1000)
  const exit = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  clearTimeout(timer)
  await new Promise((resolve) => setTimeout(resolve, 20))
  return { exit, ...heard }
}
