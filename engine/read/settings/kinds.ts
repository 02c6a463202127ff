import { isAbsolute, join } from 'node:path'
import { KplayError, type Place } from '../../errors.ts'
import { didYouMean } from '../../schema/parse.ts'

/** What a setting's text becomes. */
export interface Kinds {
  text: string
  path: string
  /** Parted by colons. */
  paths: readonly string[]
  /** Parted by commas. */
  list: readonly string[]
  inventories: readonly string[]
  whole: number
  flag: boolean
}
export type Kind = keyof Kinds

/** One setting as it was written, whatever the source. */
export interface Given {
  readonly text: string
  /** Several values where the source can tell them apart by itself. */
  readonly list?: readonly string[] | undefined
  readonly place?: Place | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

/** What relative paths are relative to, and what `~` and `$NAME` are. */
export interface Base {
  readonly folder: string
  readonly workingFolder: string
  readonly environment: Environment
}

interface Wanted {
  /** For messages: as the setting is called where it was found. */
  readonly name: string
  readonly kind: Kind
  readonly choices?: readonly string[] | undefined
}

const YES = /^(?:yes|y|on|true|t|1)$/i
const NO = /^(?:no|n|off|false|f|0)$/i

/** Reads one setting. Throws BAD_OPTIONS for a value of the wrong kind. */
export function readSetting({ name, kind, choices }: Wanted, given: Given, base: Base): Kinds[Kind] {
  const refuse = (what: string, hint?: string): KplayError =>
    new KplayError('BAD_OPTIONS', `${name} is ${what}, not ${given.text || 'nothing'}`, { place: given.place, hint })
  const text = unquoted(given.text.trim())
  const path = (written: string): string => absolute(written, base)
  const items = (separator: string): readonly string[] =>
    (given.list ?? text.split(separator)).map((each) => unquoted(each.trim())).filter((each) => each !== '')
  switch (kind) {
    case 'text':
      if (given.list || text === '') throw refuse('text')
      if (choices && !choices.includes(text)) throw refuse(`one of ${choices.join(', ')}`, didYouMean(text, choices))
      return text
    case 'path':
      if (given.list || text === '') throw refuse('a path')
      return path(text)
    case 'paths':
      return items(':').map(path)
    case 'list':
      return items(',')
    case 'inventories':
      return (given.list ?? inventories(text)).map((each) => (each.includes(',') ? each : path(each)))
    case 'whole':
      if (!/^\d+(\.0*)?$/.test(text)) throw refuse('a whole number')
      return Math.trunc(Number(text))
    case 'flag':
      if (!YES.test(text) && !NO.test(text)) throw refuse('true or false')
      return YES.test(text)
  }
}

const unquoted = (text: string): string => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text

/** Several sources, parted by commas; a list of hosts ends with one and stays together. */
function inventories(text: string): readonly string[] {
  if (text.endsWith(',')) return [text]
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

/** As Ansible writes paths in its settings: `~`, `$NAME`, `{{ CWD }}` and `{{ ANSIBLE_HOME }}` mean something. */
function absolute(written: string, { folder, workingFolder, environment }: Base): string {
  const home = environment['HOME']
  const own = environment['ANSIBLE_HOME'] ?? '~/.ansible'
  const path = written
    .replace(/\{\{\s*CWD\s*\}\}/g, () => workingFolder)
    .replace(/\{\{\s*ANSIBLE_HOME\s*\}\}/g, () => own)
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
      return environment[braced ?? plain ?? ''] ?? whole
    })
  if (home !== undefined && (path === '~' || path.startsWith('~/'))) return join(home, path.slice(1))
  return isAbsolute(path) ? path : join(folder, path)
}
