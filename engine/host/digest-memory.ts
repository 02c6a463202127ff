import type { Algorithm } from './reader.ts'

/** The digest of a file, and the stamp it had: its device, inode, size and times. */
export interface KnownDigest {
  readonly stamp: string
  readonly hex: string
}

/** Digests of big files of one machine. A stamp that the machine confirms says that the file is still the same one. */
export interface DigestMemory {
  get(path: string, algorithm: Algorithm): KnownDigest | undefined
  keep(path: string, algorithm: Algorithm, digest: KnownDigest): void
}
