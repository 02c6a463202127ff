import { chmod, copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChecksumFiles } from './checksums.ts'
import { textsFolder, type MirrorFolders } from './places.ts'

/** One archive of the mirror and how its content comes to be. */
export interface Archive {
  readonly name: string
  readonly version: string
  /** Its place below the mirror's URL: the path that the original has on its own site. */
  readonly path: string
  /** Further paths under which the same bytes are served. */
  readonly aliases?: readonly string[]
  /** The one folder inside. */
  readonly folder: string
  /** The time of every entry. */
  readonly date: string
  readonly checksums: ChecksumFiles
  /** What a person should know who takes it for what its path says. */
  readonly note?: string
  /** Makes the content in an empty folder. */
  fill(target: string, folders: MirrorFolders): Promise<void>
}

/** Copies texts of this repository (`kafka/bin` …) to where they stand in an archive, all with one mode. */
export async function copyTexts(from: string, to: string, mode: number): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const name of await readdir(join(textsFolder(), from))) {
    await copyFile(join(textsFolder(), from, name), join(to, name))
    await chmod(join(to, name), mode)
  }
}
