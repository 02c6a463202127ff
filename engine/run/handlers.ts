import type { Batch } from './batch.ts'
import { runOnHosts } from './on-hosts.ts'
import type { HostState } from './state.ts'

/** Runs what was notified, in the order the handlers are defined; a handler may notify later and earlier ones. */
export async function flushHandlers(batch: Batch, hosts: readonly HostState[], alsoFailed = false): Promise<void> {
  const { handlers } = batch.view.plan
  for (let round = 0; round < handlers.length + 1; round += 1) {
    let ran = false
    for (const handler of handlers) {
      const owing = hosts.filter(
        (host) => (host.running || (alsoFailed && host.status === 'failed')) && host.notified.has(handler.info.id),
      )
      if (owing.length === 0 || batch.context.soft.aborted) continue
      for (const host of owing) host.notified.delete(handler.info.id)
      ran = true
      await runOnHosts(handler, batch, owing)
    }
    if (!ran) return
  }
}
