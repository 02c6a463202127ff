import type { EventEmitter } from 'node:events'

/** A reader that went away (`kplay run … | head`) is no reason for a stack trace, nor to leave hosts half changed. */
export function outliveReader(stream: EventEmitter): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
