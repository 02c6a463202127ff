import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { runStep } from '../../engine/host/execute.ts'
import { LiveSession } from '../../engine/host/live-session.ts'
import { connectLocal } from '../../engine/host/local.ts'
import { makeReader } from '../../engine/host/read.ts'
import type { RunStep, StepResult } from '../../engine/host/step.ts'
import type { Target } from '../../engine/host/target.ts'
import type { Local } from '../../engine/module/define.ts'
import { modules } from '../../engine/modules/index.ts'
import { converge } from '../../engine/run/converge.ts'
import type { Converged } from '../../engine/run/convergence.ts'
import { argumentsOf } from './drive.ts'

/** Shells that steps must run under; `bare` has nothing but busybox in its PATH. */
export type Shell = 'dash' | 'bash' | 'busybox' | 'bare'
/** Those that this machine has. */
export const SHELLS: readonly Shell[] = (['dash', 'bash', 'busybox', 'bare'] as const).filter((shell) =>
  has(shell === 'bare' ? 'busybox' : shell),
)

/** Whether this machine has a program. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v -- "$0" >/dev/null', program]).status === 0
}

export interface Here {
  readonly target: Target
  /** Runs one task on this machine, really. */
  task(name: string, input: Readonly<Record<string, unknown>>, local?: Partial<Local>): Promise<Converged>
  close(): Promise<void>
}

/** This very machine as a host, for steps that touch nothing but a folder of the test's own. `missing`: programs it is told to be without. */
export async function here(shell: Shell, scratch: string, missing: readonly string[] = []): Promise<Here> {
  const connection = connectLocal()
  const session = await LiveSession.open({
    connection: async () => connection,
    start: (to) => to.start('exec /bin/sh'),
    timeout: 30,
  })
  const reader = makeReader(session)
  const path = shell === 'bare' ? busyboxFolder(scratch) : process.env['PATH']
  const target: Target = {
    machine: 'here',
    reader: {
      ...reader,
      tool: async (...names) => {
        const there = names.filter((name) => !missing.includes(name))
        return shell === 'bare' ? toolIn(path ?? '', there) : there.length === 0 ? undefined : reader.tool(...there)
      },
    },
    user: session.user,
    home: session.home,
    run: (step) => (step.kind === 'run' ? runIn(shell, step, path) : runStep(session, step)),
    facts: async () => ({}),
  }
  return {
    target,
    async task(name, input, local = {}) {
      const { module, args } = argumentsOf(modules, name, input)
      reader.forget()
      if (module.kind === 'read') throw new Error(`${name} only asks`)
      return converge(module, args, {
        target,
        reader: target.reader,
        local: local as Local,
        stepOptions: {},
        mask: (text) => text,
        changed: () => reader.forget(),
        sleep: async () => undefined,
        now: () => Date.now(),
      })
    },
    async close() {
      await session.close()
      connection.close()
    },
  }
}

const WORDS: Readonly<Record<Shell, readonly string[]>> = {
  dash: ['dash', '-c'],
  bash: ['bash', '--norc', '-c'],
  busybox: ['busybox', 'sh', '-c'],
  bare: ['busybox', 'sh', '-c'],
}

function runIn(shell: Shell, step: RunStep, path: string | undefined): Promise<StepResult> {
  const [program = '', ...words] = WORDS[shell]
  const child = spawn(program, [...words, step.command.text], { env: { ...process.env, PATH: path }, cwd: '/' })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(step.stdin ?? '')
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ step, code, signal, stdout, stderr }))
  })
}

function busyboxFolder(scratch: string): string {
  const folder = join(scratch, 'busybox')
  mkdirSync(folder, { recursive: true })
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim()
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    try {
      symlinkSync(busybox, join(folder, applet))
    } catch {
      // there from an earlier test
    }
  }
  return folder
}

const toolIn = (folder: string, names: readonly string[]): string | undefined => {
  const found = execFileSync(
    'sh',
    ['-c', 'for n; do [ -e "$0/$n" ] && echo "$0/$n" && break; done; :', folder, ...names],
    {
      encoding: 'utf8',
    },
  ).trim()
  return found === '' ? undefined : found
}
