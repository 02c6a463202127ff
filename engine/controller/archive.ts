import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Writable, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { KplayError } from '../errors.ts'
import type { ArchiveEntry } from '../host/reader.ts'
import { cannotRead, codeOf } from './files.ts'
import { TarReader } from './tar.ts'
import { readZip } from './zip.ts'

const MOST_ENTRIES = 1_000_000

/**
 * The entries of a tar (plain, gz, bz2, xz, zst) or zip, told apart by their first bytes. Throws NOT_FOUND when it
 * cannot be read, REFUSED when it is no archive, is damaged, or has entries that would land outside of its folder.
 */
export async function listArchive(path: string): Promise<readonly ArchiveEntry[]> {
  try {
    const entries = await entriesOf(path)
    if (entries.length > MOST_ENTRIES) throw new Error(`it has more than ${MOST_ENTRIES} entries`)
    for (const problem of escapes(entries)) throw new Error(problem)
    return entries
  } catch (cause) {
    if (cause instanceof KplayError) throw cause
    if (['ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR'].includes(codeOf(cause))) throw cannotRead(path, cause)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new KplayError('REFUSED', `the archive ${path} cannot be used: ${reason}`, { cause })
  }
}

/** Compressed formats by their first bytes, and the program that unpacks those which Node cannot. */
const FORMATS: readonly { readonly magic: string; readonly program?: readonly string[] }[] = [
  { magic: '1f8b' },
  { magic: '425a68', program: ['bzip2', '-dc'] },
  { magic: 'fd377a585a00', program: ['xz', '-dc'] },
  { magic: '28b52ffd', program: ['zstd', '-dc'] },
]

async function entriesOf(path: string): Promise<readonly ArchiveEntry[]> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(6)
    await file.read(head, 0, 6, 0)
    const hex = head.toString('hex')
    if (hex.startsWith('504b')) return await readZip(file, size)
    const format = FORMATS.find(({ magic }) => hex.startsWith(magic))
    return await readTar(path, format)
  } finally {
    await file.close()
  }
}

async function readTar(path: string, format: (typeof FORMATS)[number] | undefined): Promise<readonly ArchiveEntry[]> {
  const reader = new TarReader()
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      try {
        reader.write(chunk)
        done(reader.entries.length > MOST_ENTRIES ? new Error(`it has more than ${MOST_ENTRIES} entries`) : null)
      } catch (error) {
        done(error as Error)
      }
    },
  })
  const source = createReadStream(path, { highWaterMark: 1 << 18 })
  if (!format) await pipeline(source, sink)
  else if (!format.program) await pipeline(source, createGunzip(), sink)
  else await unpacked(source, format.program, sink)
  reader.end()
  return reader.entries
}

/** Runs a decompressor between the file and the reader. */
async function unpacked(
  source: Readable,
  [program = '', ...options]: readonly string[],
  sink: Writable,
): Promise<void> {
  const child = spawn(program, options, { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(0, 1000)))
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  try {
    const [code] = await Promise.all([ended, pipeline(child.stdout, sink), pipeline(source, child.stdin)])
    if (code !== 0) throw new Error(complaint.trim() || `${program} ended with ${code ?? 'a signal'}`)
  } catch (error) {
    child.kill()
    if (codeOf(error) === 'ENOENT')
      throw new KplayError('REFUSED', `${program} is not on the controller`, {
        hint: `install ${program}, or take an archive of another format`,
        cause: error,
      })
    throw complaint.trim() === '' ? error : new Error(complaint.trim(), { cause: error })
  }
}

/** Entries that would be written outside of the folder they are extracted to, also by way of a link of the archive. */
function* escapes(entries: readonly ArchiveEntry[]): Iterable<string> {
  const links = new Set<string>()
  for (const { path, kind } of entries) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.')
    if (path.startsWith('/')) yield `its entry ${path} is an absolute path`
    if (parts.includes('..')) yield `its entry ${path} leads out of the folder`
    for (let length = 1; length < parts.length; length++)
      if (links.has(parts.slice(0, length).join('/'))) yield `its entry ${path} lies behind a link of the archive`
    if (kind === 'link') links.add(parts.join('/'))
  }
}
