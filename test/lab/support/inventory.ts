import './own-lab.ts'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFile } from '../places.ts'

export type Vars = Readonly<Record<string, unknown>>

/** A folder of its own, outside the clone. */
export const emptyFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'kplay-e2e-'))

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
