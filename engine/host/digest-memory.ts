import type { Algorithm, KnownDigest } from './reader.ts'

/** What stat tells of a file as its stamp, with fractions of seconds where the host knows them. */
export const STAMP = '%d %i %s %y %z'

/** Digests of big files of one machine. A stamp that the machine confirms says that the file is still the same one. */
export interface DigestMemory {
  get(path: string, algorithm: Algorithm): KnownDigest | undefined
  keep(path: string, algorithm: Algorithm, digest: KnownDigest): void
}
