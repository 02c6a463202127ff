import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isMap, isSeq, parseDocument } from 'yaml'
import { splitWords } from '../../engine/host/split-words.ts'

/** A playbook and what its header says of it. */
export interface LanguageCase {
  readonly area: string
  readonly name: string
  readonly path: string
  /** Words after the program's own, the playbook among them. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly exit: number
  readonly says: readonly string[]
  readonly never: readonly string[]
  /** Why real ansible-core does not do the same, where that is so. */
  readonly differs?: string
}

const HEADERS = new Set(['args', 'env', 'exit', 'says', 'never', 'ansible'])

/** `# name: value` lines before the first line that is not a comment. Throws for an exit code that is no number. */
function headersOf(path: string, text: string): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    if (!line.startsWith('#')) break
    const [, name = '', value = ''] = /^# ([a-z]+): (.*)$/.exec(line) ?? []
    if (HEADERS.has(name)) headers.set(name, [...(headers.get(name) ?? []), value.trim()])
  }
  const exit = headers.get('exit')?.[0] ?? '0'
  if (!/^\d+$/.test(exit)) throw new Error(`${path}: exit must be a number, not ${exit}`)
  return headers
}

/** Reads a case. Its inventory is the nearest `inventory.yml`, unless its arguments name another. */
export function readCase(path: string): LanguageCase {
  const headers = headersOf(path, readFileSync(path, 'utf8'))
  const words = splitWords((headers.get('args') ?? []).join(' '))
  const inventory = words.some((word) => /^(-i|--inventory(=|$))/.test(word)) ? [] : inventoryFor(dirname(path))
  const [ansible = ''] = headers.get('ansible') ?? []
  return {
    area: basename(dirname(path)),
    name: basename(path).replace(/\.ya?ml$/, ''),
    path,
    words: [...inventory, basename(path), ...words],
    environment: Object.fromEntries((headers.get('env') ?? []).map((pair) => splitAt(pair, '='))),
    exit: Number(headers.get('exit')?.[0] ?? 0),
    says: headers.get('says') ?? [],
    never: headers.get('never') ?? [],
    ...(ansible.startsWith('differs') && { differs: ansible.replace(/^differs:?\s*/, '') }),
  }
}

/** The cases of a playbook, of a folder of playbooks, or of a folder of such folders. */
export function readCases(path: string): readonly LanguageCase[] {
  const whole = resolve(path)
  if (!statSync(whole).isDirectory()) return [readCase(whole)]
  const own = playbooksIn(whole)
  const paths = own.length > 0 ? own : subfolders(whole).flatMap(playbooksIn)
  return paths.map(readCase)
}

const subfolders = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .sort()

const playbooksIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && isPlaybook(file))
    .sort()

/** A list of plays. What cannot be read may be a case of its own: one whose header says how it ends. */
function isPlaybook(path: string): boolean {
  const text = readFileSync(path, 'utf8')
  if (/^# (args|exit|says): /m.test(text)) return true
  const { contents } = parseDocument(text, { logLevel: 'silent' })
  return isSeq(contents) && contents.items.some((play) => isMap(play) && PLAY.some((key) => play.has(key)))
}

const PLAY = ['hosts', 'import_playbook', 'ansible.builtin.import_playbook']
const INVENTORIES = [
  'inventory.yml',
  'inventory',
  'inventory.ini',
  'hosts.yml',
  'hosts',
  '../inventory.yml',
  '../inventory',
]

function inventoryFor(folder: string): readonly string[] {
  const found = INVENTORIES.find((name) => existsSync(join(folder, name)))
  return found ? ['-i', found] : ['-i', 'localhost,', '-c', 'local']
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)]
}
