import { createHash } from 'node:crypto'
import { basename, normalize } from 'node:path/posix'
import { KplayError } from '../errors.ts'
import type { ArchiveEntry, Reader } from './reader.ts'

/**
 * What `extract` leaves on the host about a tree it made, written last: a tree without its stamp is not whole. Text:
 *
 *     kplay-extract 1
 *     archive sha256:01b3…
 *     options strip=1
 *     d<TAB>bin
 *     f<TAB>bin/java
 *
 * One line per entry: d folder, l link, f file with something in it, e empty file. In paths and options a backslash,
 * tab, newline and carriage return are written as printf's %b reads them.
 */
export interface Stamp {
  /** sha256:hex of the archive. */
  readonly archive: string
  /** The options that shaped the tree, in words of the module's own. */
  readonly options: string
  /** Paths relative to the destination. */
  readonly entries: readonly Pick<ArchiveEntry, 'path' | 'kind' | 'empty'>[]
}

const FIRST_LINE = 'kplay-extract 1'
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const LETTERS = { dir: 'd', link: 'l', file: 'f' } as const

const escaped = (text: string): string => text.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] ?? char)
/** Text as it was before it was written into a stamp. */
export const unescaped = (text: string): string =>
  text.replace(/\\([\\tnr])/g, (_, char: string) => ({ t: '\t', n: '\n', r: '\r' })[char] ?? char)

export function writeStamp({ archive, options, entries }: Stamp): string {
  const lines = entries.map(
    ({ path, kind, empty }) => `${kind === 'file' && empty ? 'e' : LETTERS[kind]}\t${escaped(relative(path))}`,
  )
  return `${[FIRST_LINE, `archive ${escaped(archive)}`, `options ${escaped(options)}`, ...new Set(lines)].join('\n')}\n`
}

/** Undefined for text that is no whole stamp of this format: the tree has to be made again. */
export function parseStamp(text: string): Stamp | undefined {
  const [first, archive = '', options = '', ...lines] = text.split('\n')
  if (first !== FIRST_LINE || !archive.startsWith('archive ') || !options.startsWith('options ')) return undefined
  if (lines.pop() !== '') return undefined
  const entries: Stamp['entries'][number][] = []
  for (const line of lines) {
    const kind = ({ d: 'dir', l: 'link', f: 'file', e: 'file' } as const)[line.slice(0, 2).trim()]
    if (kind === undefined || line[1] !== '\t') return undefined
    entries.push({ path: unescaped(line.slice(2)), kind, empty: line.startsWith('e') })
  }
  return {
    archive: unescaped(archive.slice('archive '.length)),
    options: unescaped(options.slice('options '.length)),
    entries,
  }
}

/**
 * The one folder kplay keeps on a target, 0700: /var/lib/kplay for root, ~/.local/state/kplay for others. Where the
 * session's environment has an absolute KPLAY_STATE, it is that one.
 */
export async function stateFolder(reader: Pick<Reader, 'stat' | 'readText'>): Promise<string> {
  const [self, environment] = await Promise.all([reader.stat('/proc/self'), reader.readText('/proc/self/environ')])
  const folderIn = (name: string): string | undefined =>
    environment
      ?.split('\0')
      .find((line) => line.startsWith(`${name}=/`))
      ?.slice(name.length + 1)
      .replace(/\/+$/, '')
  const wished = folderIn('KPLAY_STATE')
  if (wished !== undefined) return wished
  if (!self || self.uid === 0) return '/var/lib/kplay'
  const home = folderIn('HOME')
  if (home === undefined) throw new KplayError('CANNOT_LOOK', 'the session has no HOME to keep a stamp in')
  return `${home}/.local/state/kplay`
}

/** Where the stamp for the tree at `destination` lies. One path per destination, whichever archive made it. */
export async function stampPathFor(reader: Pick<Reader, 'stat' | 'readText'>, destination: string): Promise<string> {
  const clean = normalize(destination).replace(/(?<=.)\/+$/, '')
  const digest = createHash('sha256').update(clean).digest('hex').slice(0, 16)
  const name = basename(clean)
    .replace(/[^\w.-]/g, '_')
    .slice(0, 40)
  return `${await stateFolder(reader)}/extracted/${name}-${digest}`
}

function relative(path: string): string {
  const clean = path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
  if (clean === '' || clean.startsWith('/') || /(^|\/)\.\.(\/|$)/.test(clean)) {
    throw new KplayError('REFUSED', `the archive entry '${path}' does not lie below the destination`)
  }
  return clean
}
