import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface Proxy {
  readonly port: number
  /** How often the client spoke after it had heard something, on all connections since the last `forget`. */
  readonly turns: () => number
  readonly forget: () => void
  readonly close: () => Promise<void>
}

/** Passes on what comes after so many milliseconds, in its order and as fast as it came. */
function passOn(from: Socket, to: Socket, delay: number, seen: () => void): void {
  from.on('data', (bytes: Buffer) => {
    seen()
    setTimeout(() => to.write(bytes), delay)
  })
  from.on('error', () => to.destroy())
  from.on('end', () => setTimeout(() => to.end(), delay))
  from.on('close', () => setTimeout(() => to.destroy(), delay + 1000))
}

/**
 * Stands before a host's sshd as if it were far away.
 * @param there and back: milliseconds that a question and its answer take longer, together
 */
export async function serveProxy(address: string, latency: number): Promise<Proxy> {
  let turns = 0
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ host: address, port: 22, noDelay: true, allowHalfOpen: true })
    let heard = false
    for (const socket of [near, far]) open.add(socket.once('close', () => open.delete(socket)))
    passOn(near, far, latency / 2, () => {
      if (heard) turns++
      heard = false
    })
    passOn(far, near, latency / 2, () => (heard = true))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    turns: () => turns,
    forget: () => void (turns = 0),
    close: async () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
