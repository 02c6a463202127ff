import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Algorithm } from '../host/reader.ts'
import { cannotRead } from './files.ts'

/** Digests of files on the controller, each computed once for as long as the file stays as it is. */
export class Digests {
  readonly #known = new Map<string, Promise<string>>()

  /** Lower-case hex. Throws NOT_FOUND when the file cannot be read. */
  async of(path: string, algorithm: Algorithm): Promise<{ readonly hex: string; readonly size: number }> {
    try {
      const { size, mtimeMs, ino, dev, ctimeMs } = await stat(path)
      const key = [algorithm, dev, ino, size, mtimeMs, ctimeMs, path].join(' ')
      const hex = this.#known.get(key) ?? hashFile(path, algorithm)
      this.#known.set(key, hex)
      return { hex: await hex, size }
    } catch (cause) {
      throw cannotRead(path, cause)
    }
  }
}

async function hashFile(path: string, algorithm: Algorithm): Promise<string> {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}
