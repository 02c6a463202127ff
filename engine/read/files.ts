import type { Warn } from '../errors.ts'
import type { Vault } from '../values/surroundings.ts'

export interface FileVault extends Vault {
  /** Whether the file was encrypted as a whole when it was read. */
  hasOpened(path: string): boolean
  /** A text without what must not be shown. */
  mask(text: string): string
}

/**
 * How files of the controller reach whoever reads text: playbooks, inventories, lookups. Paths are absolute or relative
 * to the working folder. Synchronous, as evaluation is.
 */
export interface Files {
  /** Told of what is accepted but should be written in another way. */
  readonly warn?: Warn | undefined
  /** What opens encrypted values, and knows which files were encrypted. */
  readonly vault?: FileVault | undefined
  /** The UTF-8 text; undefined: nothing is there, or it is a folder. Throws a KplayError when it is there but cannot be read. */
  readText(path: string): string | undefined
  /** Names in a folder, sorted; undefined: it is no folder. */
  list(folder: string): readonly string[] | undefined
  isDirectory(path: string): boolean
  exists(path: string): boolean
}
