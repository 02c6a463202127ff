import { createHash, randomBytes } from 'node:crypto'
import { basename, dirname } from 'node:path/posix'

/** A name beside `path` that no other run uses; long names are cut, as 255 bytes are all a name may have. */
export function beside(path: string, random = randomBytes(6).toString('hex')): string {
  const ending = `.kplay-${random}`
  const name = Buffer.from(basename(path))
    .subarray(0, 240 - ending.length)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
  const above = dirname(path)
  return `${above === '/' ? '' : above}/.${name}${ending}`
}

const SECRET = randomBytes(16)

/** For `beside`: nobody can foresee it, yet a step that is described twice is the same step. */
export const unforeseen = (text: string): string =>
  createHash('sha256').update(SECRET).update(text).digest('hex').slice(0, 12)
