import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { FrameResult, Session } from '../../engine/host/session.ts'

export interface Shell {
  readonly name: string
  readonly words: readonly string[]
  readonly path: string
}

const folders: string[] = []
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path))

/** A folder that holds nothing but links to busybox: what a host without coreutils has. */
function appletFolder(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kplay-applets-'))
  const names = spawnSync(program, ['--list']).stdout.toString().split('\n').filter(Boolean)
  for (const name of names) symlinkSync(program, join(folder, name))
  goes(folder)
  return folder
}

// Without --norc: where stdin is a socket, as a pipe from Node is, bash takes itself for a login and reads ~/.bashrc.
const bash = ['/bin/bash', '--norc', '--posix']

/** The shells of this machine that scripts have to run under; busybox with its own tools only, where it is there. */
export const shells: readonly Shell[] = [
  { name: 'sh', words: ['/bin/sh'], path: PATH },
  { name: 'bash', words: bash, path: PATH },
  ...(busybox ? [{ name: 'busybox', words: [busybox, 'sh'], path: appletFolder(busybox) }] : []),
].filter(({ words }) => words[0] !== undefined && existsSync(words[0]))

/** GNU tools as CentOS 6 has them: %N written for eyes, one operand for readlink, a sync that heeds none. */
export function oldShell(): Shell {
  const folder = goes(mkdtempSync(join(tmpdir(), 'kplay-old-')))
  const tools = {
    stat: 'QUOTING_STYLE=locale exec /usr/bin/stat "$@"',
    readlink: 'shift $(($# - 1 > 3 ? 99 : 0)) && exec /usr/bin/readlink "$@"',
    sync: '[ "$#" -eq 0 ] || echo "sync: ignoring all arguments" >&2; exec /usr/bin/sync',
  }
  for (const [name, text] of Object.entries(tools)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  }
  return { name: 'old tools', words: bash, path: `${folder}:${PATH}` }
}

export interface LocalSession extends Session {
  /** Frames sent so far, as text. */
  readonly frames: string[]
  readonly steps: string[]
}

/** A session that starts a new shell for each frame: slow and simple, to run real scripts without a connection. */
export function localSession(shell: Shell = shells[0] as Shell, environment: NodeJS.ProcessEnv = {}): LocalSession {
  const frames: string[] = []
  const steps: string[] = []
  const env = { HOME: userInfo().homedir, ...environment, PATH: shell.path }
  return {
    user: userInfo().username,
    home: userInfo().homedir,
    frames,
    steps,
    async probe(script, { limit = Infinity } = {}) {
      frames.push(script.text)
      const result = await run(shell, `umask 022\n${script.text}`, { ...env, LC_ALL: 'C' })
      if (result.stdout.length > limit) throw new Error(`an answer of ${result.stdout.length} bytes, ${limit} allowed`)
      return { ...result, code: result.code ?? 255 }
    },
    async step(command, options = {}) {
      steps.push(command.text)
      const { code, stdout, stderr } = await run(shell, command.text, { ...env, ...options.environment }, options)
      return { code, signal: null, stdout: stdout.toString(), stderr: stderr.toString() }
    },
    async upload(path, source, size, progress) {
      const file = await open(path, 'wx', 0o600)
      let sent = 0
      for await (const chunk of Buffer.isBuffer(source) ? [source] : (source as Readable & AsyncIterable<Buffer>)) {
        await file.write(chunk)
        sent += chunk.length
        progress?.(sent)
      }
      await file.close()
      if (sent !== size) throw new Error(`${sent} bytes instead of ${size}`)
    },
  }
}

type Ran = Omit<FrameResult, 'code'> & { readonly code: number | null }

function run(
  shell: Shell,
  script: string,
  env: NodeJS.ProcessEnv,
  { stdin, chdir }: { stdin?: string | Buffer | undefined; chdir?: string | undefined } = {},
): Promise<Ran> {
  const [program = '', ...words] = shell.words
  // By an argument of eval, not by stdin, which belongs to the script; a frame may be larger than one argument.
  const parts = script.match(/[^]{1,30000}/g) ?? []
  const text = parts.map((_, index) => `\${${index + 1}}`).join('')
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...words, '-c', `all="${text}"; set --; eval "$all"`, 'sh', ...parts], {
      env,
      cwd: chdir,
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin ?? '')
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }))
  })
}

/** A temporary folder that goes when the tests end. */
export const temporaryFolder = (): string => goes(mkdtempSync(join(tmpdir(), 'kplay-test-')))

function goes(folder: string): string {
  if (folders.length === 0) {
    process.once('exit', () => folders.forEach((path) => rmSync(path, { recursive: true, force: true })))
  }
  folders.push(folder)
  return folder
}
