import { createServer } from 'node:net'

/** A length of four bytes, then the bytes: how a client says where its question ends. */
export function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

export interface Echo {
  readonly port: number
  close(): void
}

/**
 * Gives one frame back, in small pieces, as they come, and closes after the last. Like ZooKeeper it takes a client that
 * closes its half of the connection for gone.
 */
export async function framedEcho(): Promise<Echo> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let left = -1
    let head = Buffer.alloc(0)
    let writing = Promise.resolve()
    socket.on('error', () => undefined).on('end', () => socket.destroy())
    socket.on('data', (data) => {
      let rest = data
      if (left < 0) {
        head = Buffer.concat([head, data])
        if (head.length < 4) return
        left = head.readUInt32BE()
        rest = head.subarray(4)
      }
      left -= rest.length
      const last = left === 0
      writing = writing.then(async () => {
        for (let at = 0; at < rest.length; at += 100) {
          socket.write(rest.subarray(at, at + 100))
          if (at % 5000 === 0) await new Promise(setImmediate)
        }
        if (last) socket.end()
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as { port: number }).port, close: () => void server.close() }
}
