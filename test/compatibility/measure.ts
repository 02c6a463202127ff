import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Call } from './call.ts'
import { callsOf, restoreFiles } from './call.ts'
import { mistakeOf, type Ending } from './judge.ts'
import type { Listed, ListedTarget } from './list.ts'
import { wordsOfKplay } from './words.ts'
import { runInWorker } from './workers.ts'
import type { Job } from './worker.ts'

const SECONDS = 240
const PROGRAM = join(import.meta.dirname, '../../engine/cli/main.js')

/** What became of a case that is counted. */
export interface Measured {
  readonly target: string
  readonly area: string
  readonly run: string
  readonly mistake?: string
}

/** Runs the counted cases of a target, each from the files that Ansible had before it; `quick`: many in one process. */
export async function measureTarget(
  target: string,
  { area, cases, out }: ListedTarget,
  records: string,
  quick: boolean,
): Promise<Measured[]> {
  if (out !== undefined) return []
  const calls = [...callsOf(join(records, 'calls', target))]
  const measured: Measured[] = []
  for (const listed of cases) {
    const at = calls.findIndex(([, { name }]) => name === listed.run)
    const [found] = at < 0 ? [] : calls.splice(at, 1)
    if (listed.out !== undefined) continue
    const mistake = found
      ? await measureCall(found, listed, join(records, 'work', target), target, quick)
      : 'it was not recorded'
    measured.push({
      target,
      area,
      run: listed.run,
      ...(mistake !== undefined && { mistake: withoutFolders(mistake, records) }),
    })
  }
  return measured
}

/** What is not the same on every machine. */
const withoutFolders = (text: string, records: string): string =>
  text
    .replace(/\p{Surrogate}/gu, '?')
    .replaceAll(new RegExp(`${records}/work/[^/]*`, 'g'), '~')
    .replace(/\/\S*\/site-packages\S*/g, '…')

async function measureCall(
  [folder, call]: readonly [string, Call],
  listed: Listed,
  root: string,
  target: string,
  quick: boolean,
): Promise<string | undefined> {
  const changing = [join(root, 'test/integration/targets', target), join(root, 'output')]
  restoreFiles(folder, root, changing)
  const ending = await runKplay(call, root, quick)
  writeFileSync(join(folder, 'kplay.out'), `${ending.output}\n--- errors\n${ending.errors}\n--- exit ${ending.exit}\n`)
  return mistakeOf(call, listed.exit ?? call.exit, ending, listed.early !== undefined)
}

/** Programs of a sandbox that call Ansible get kplay. */
function shimmed({ environment }: Call, root: string): Record<string, string> {
  const kplay = join(root, 'bin/kplay')
  writeFileSync(kplay, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`, { mode: 0o755 })
  return { ...environment, NO_COLOR: '1', KPLAY_COMPATIBILITY: 'kplay', KPLAY_COMPATIBILITY_KPLAY: kplay }
}

async function runKplay(call: Call, root: string, quick: boolean): Promise<Ending> {
  const { command, folder, input } = call
  const [first = '', ...rest] = wordsOfKplay(command, call.words)
  const words = [first, ...(first === 'run' ? ['--output', 'json'] : []), ...rest]
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true })
  const environment = shimmed(call, root)
  return quick && input === ''
    ? runInWorker({ words, folder, environment }, SECONDS)
    : runAlone({ words, folder, environment }, input)
}

async function runAlone({ words, folder, environment }: Job, input: string): Promise<Ending> {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    env: environment,
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
