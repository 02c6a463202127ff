import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isAlive } from './lock.ts'
import { mirrorFolders, repositoryFolder } from './places.ts'
import { MirrorError } from './tools.ts'

/** A mirror that serves in the background, as its own process writes it down. */
interface Running {
  readonly pid: number
  /** When the process started, so that another one with its number is not taken for it. */
  readonly started: string
  readonly url: string
}

const recordName = (address: string, port: number) => `${address}-${port}.json`

/** Starts a mirror that outlives this process, unless it serves already; returns its URL once it answers. */
export async function startDaemon(address: string, port: number): Promise<string> {
  const { run } = mirrorFolders()
  await mkdir(run, { recursive: true })
  const record = join(run, recordName(address, port))
  const known = await readRunning(record)
  if (known !== undefined) return known.url

  await rm(record, { force: true })
  const log = join(run, `${address}-${port}.log`)
  const output = openSync(log, 'w')
  const launcher = [join(repositoryFolder(), 'engine/launch.js'), '--entry', 'test/mirror/main.js']
  const serve = ['serve', '--address', address, '--port', String(port), '--record', record]
  const child = spawn(process.execPath, [...launcher, ...serve], {
    detached: true,
    stdio: ['ignore', output, output],
    cwd: '/',
  })
  closeSync(output)
  let ended = false
  child.once('exit', () => (ended = true))
  for (let waited = 0; waited < 20_000 && !ended; waited += 100) {
    const running = await readRunning(record)
    if (running !== undefined) {
      child.unref()
      return running.url
    }
    await setTimeout(100)
  }
  if (!ended) child.kill()
  const said = (await readFile(log, 'utf8')).trim().split('\n').at(-1) ?? ''
  throw new MirrorError(said.replace(/^mirror: /, '') || 'the mirror did not start')
}

/** Ends every mirror that was started in the background; returns their URLs. */
export async function stopDaemons(): Promise<readonly string[]> {
  const { run } = mirrorFolders()
  const records = (await readdir(run).catch(() => [])).filter((name) => name.endsWith('.json'))
  const stopped: string[] = []
  for (const name of records) {
    const running = await readRunning(join(run, name))
    if (running !== undefined) {
      process.kill(running.pid, 'SIGTERM')
      for (let waited = 0; waited < 5000 && isAlive(running.pid); waited += 50) await setTimeout(50)
      stopped.push(running.url)
    }
    await rm(join(run, name), { force: true })
  }
  return stopped
}

/** Writes down that this process serves. */
export async function recordRunning(path: string, url: string): Promise<void> {
  const running: Running = { pid: process.pid, started: await startOf(process.pid), url }
  await writeFile(path, JSON.stringify(running))
}

/** Resolves when this machine no longer has the address: the lab's bridge is gone, and so nobody can ask any more. */
export async function addressIsGone(address: string): Promise<void> {
  const here = () => Object.values(networkInterfaces()).some((each) => each?.some((one) => one.address === address))
  while (here()) await setTimeout(2000)
}

async function readRunning(path: string): Promise<Running | undefined> {
  try {
    const running = JSON.parse(await readFile(path, 'utf8')) as Running
    return (await startOf(running.pid)) === running.started ? running : undefined
  } catch {
    return undefined
  }
}

/** Field 22 of /proc/PID/stat, see proc(5): the start in clock ticks since boot. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')')).split(' ')[20] ?? ''
}
