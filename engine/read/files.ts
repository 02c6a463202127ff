/**
 * How files of the controller reach whoever reads text: playbooks, inventories, lookups. Paths are absolute or relative
 * to the working folder. Synchronous, as evaluation is.
 */
export interface Files {
  /** The UTF-8 text; undefined: nothing is there, or it is a folder. Throws a KplayError when it is there but cannot be read. */
  readText(path: string): string | undefined
  /** Names in a folder, sorted; undefined: it is no folder. */
  list(folder: string): readonly string[] | undefined
  isDirectory(path: string): boolean
  exists(path: string): boolean
}
