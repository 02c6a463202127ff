import './own-lab.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { keyFile } from '../places.ts'

export type Vars = Readonly<Record<string, unknown>>

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

/** A folder of its own, outside the clone; it goes with the tests of the file. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kplay-e2e-'))
  folders.push(folder)
  return folder
}

/** How kplay logs in to a host of the lab. */
export const login: Vars = { ansible_user: 'root', ansible_ssh_private_key_file: keyFile }

/** Writes files into an empty folder; what is no text becomes YAML, of which JSON is a part. */
export async function writeFiles(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await emptyFolder()
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2))
  }
  return folder
}
