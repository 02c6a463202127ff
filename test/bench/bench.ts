import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { down, up } from '../lab/lab.ts'
import { runFolder } from '../lab/places.ts'
import { outerAddress } from '../lab/roster.ts'
import { host } from '../lab/host.ts'
import { locked } from '../lab/lock.ts'
import type { Say } from '../lab/shell.ts'
import { serveFolder } from '../mirror/serve.ts'
import { makeArchives } from './archives.ts'
import type { Archives } from './archives.ts'
import { emptyGroup } from './group.ts'
import { installKplay } from './kplay.ts'
import type { Installed } from './kplay.ts'
import { installPeers } from './peers.ts'
import type { Peers } from './peers.ts'
import { Tools } from './tools.ts'

/** What the rows share. What takes long is made when a row first needs it. */
export interface Bench {
  /** Everything that is written on the controller's side; it goes at the end. */
  readonly folder: string
  readonly peers: Peers
  readonly kplay: Installed
  readonly tools: Tools
  readonly say: Say
  readonly archives: () => Promise<Archives>
  /** Where the hosts find the archives. */
  readonly mirror: () => Promise<string>
  /** Boots hosts that are not up yet and waits until they are at rest. */
  readonly boot: (names: readonly string[]) => Promise<void>
  /** Something to close at the end. */
  readonly later: (close: () => Promise<void>) => void
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

/**
 * Does `work` with a benchmark set up, and takes everything down after it, also after a failure. A second one with the
 * same lab waits.
 */
export const withBench = <T>(fresh: boolean, say: Say, work: (bench: Bench) => Promise<T>): Promise<T> =>
  locked(`${runFolder}-bench.lock`, () => alone(fresh, say, work))

async function alone<T>(fresh: boolean, say: Say, work: (bench: Bench) => Promise<T>): Promise<T> {
  const closers: (() => Promise<void>)[] = []
  const folder = await mkdtemp(join(tmpdir(), 'kplay-bench-'))
  const close = once(async () => {
    await emptyGroup()
    for (const one of closers.reverse()) await one()
    await down(say)
    await rm(folder, { recursive: true, force: true })
  })
  // Signals may come twice: to the process, and to its group.
  const interrupted = (): void => void close().finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupted)
  try {
    // What a benchmark that was killed left behind.
    await emptyGroup()
    await down(say)
    const peers = await installPeers(fresh, say)
    const kplay = await installKplay(folder)
    const archives = once(() => makeArchives(say))
    const mirror = once(async () => {
      await up([])
      const served = await serveFolder({ folder: (await archives()).folder, address: outerAddress, port: 0 })
      closers.push(() => served.close())
      return served.url
    })
    const boot = async (names: readonly string[]): Promise<void> => {
      await up(names, say)
      await Promise.all(names.map((name) => host(name).exec('systemctl is-system-running --wait')))
    }
    const tools = new Tools(folder, peers, kplay)
    return await work({
      ...{ folder, peers, kplay, tools, say, archives, mirror, boot },
      later: (one) => void closers.push(one),
    })
  } finally {
    await close()
  }
}
