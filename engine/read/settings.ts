import { isAbsolute, join } from 'node:path'
import { KplayError, type Place, type Problems } from '../errors.ts'
import { didYouMean } from '../schema/parse.ts'

/** What a project, or the environment, says about runs. Paths are absolute. */
export interface Settings {
  readonly inventory?: readonly string[]
  readonly rolesPath?: readonly string[]
  readonly connection?: string
  readonly remoteUser?: string
  readonly privateKeyFile?: string
  readonly knownHosts?: readonly string[]
  readonly acceptNewHostKeys?: boolean
  readonly forks?: number
  /** Seconds. */
  readonly timeout?: number
  readonly become?: boolean
  readonly becomeMethod?: string
  readonly becomeUser?: string
}

type Kind = 'text' | 'path' | 'paths' | 'inventories' | 'whole' | 'flag' | 'unless'
interface Setting {
  readonly field: keyof Settings
  readonly kind: Kind
  /** Its section and key in ansible.cfg, where it has one. */
  readonly cfg?: readonly [section: string, key: string]
}

/** Every setting: its name in kplay.yml, `KPLAY_` and the name in upper case in the environment, and Ansible's. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  inventory: { field: 'inventory', kind: 'inventories', cfg: ['defaults', 'inventory'] },
  roles_path: { field: 'rolesPath', kind: 'paths', cfg: ['defaults', 'roles_path'] },
  connection: { field: 'connection', kind: 'text', cfg: ['defaults', 'transport'] },
  remote_user: { field: 'remoteUser', kind: 'text', cfg: ['defaults', 'remote_user'] },
  private_key_file: { field: 'privateKeyFile', kind: 'path', cfg: ['defaults', 'private_key_file'] },
  known_hosts: { field: 'knownHosts', kind: 'paths' },
  accept_new_host_keys: { field: 'acceptNewHostKeys', kind: 'flag' },
  host_key_checking: { field: 'acceptNewHostKeys', kind: 'unless', cfg: ['defaults', 'host_key_checking'] },
  forks: { field: 'forks', kind: 'whole', cfg: ['defaults', 'forks'] },
  timeout: { field: 'timeout', kind: 'whole', cfg: ['defaults', 'timeout'] },
  become: { field: 'become', kind: 'flag', cfg: ['privilege_escalation', 'become'] },
  become_method: { field: 'becomeMethod', kind: 'text', cfg: ['privilege_escalation', 'become_method'] },
  become_user: { field: 'becomeUser', kind: 'text', cfg: ['privilege_escalation', 'become_user'] },
}

/** One setting as it was written, whatever the source. */
export interface Given {
  readonly text: string
  /** Several values where the source can tell them apart by itself. */
  readonly list?: readonly string[] | undefined
  readonly place?: Place | undefined
}

/** What relative paths are relative to, and what `~` is. */
export interface Base {
  readonly folder: string
  readonly home: string | undefined
}

export type Mutable = { -readonly [K in keyof Settings]: Settings[K] }

/** Puts one setting of kplay.yml into `settings`; reports an unknown name or a value of the wrong kind. */
export function applySetting(
  name: string,
  keyPlace: Place,
  given: Given,
  base: Base,
  to: Mutable,
  problems: Problems,
): void {
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined
  if (setting) apply(name, setting, given, base, to, problems)
  else
    problems.add('BAD_OPTIONS', `unknown setting ${name}`, {
      place: keyPlace,
      hint: didYouMean(name, Object.keys(SETTINGS)) ?? `known: ${Object.keys(SETTINGS).join(', ')}`,
    })
}

/** The same for a key of ansible.cfg: keys without a meaning here are passed over. */
export function applyCfg(
  section: string,
  key: string,
  given: Given,
  base: Base,
  to: Mutable,
  problems: Problems,
): void {
  for (const [name, setting] of Object.entries(SETTINGS))
    if (setting.cfg?.[0] === section && setting.cfg[1] === key) apply(name, setting, given, base, to, problems)
}

export type Environment = Readonly<Record<string, string | undefined>>

/** `KPLAY_*` of the environment; relative paths are relative to the working folder. */
export function applyEnvironment(environment: Environment, base: Base, to: Mutable, problems: Problems): void {
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const variable = `KPLAY_${name.toUpperCase()}`
    const text = environment[variable]
    if (text !== undefined && text !== '') apply(variable, setting, { text, place: undefined }, base, to, problems)
  }
}

function apply(
  name: string,
  { field, kind }: Setting,
  given: Given,
  base: Base,
  to: Mutable,
  problems: Problems,
): void {
  const value = problems.collect(() => valueOf(name, kind, given, base))
  if (value !== undefined) Object.assign(to, { [field]: value })
}

const YES = /^(?:yes|on|true|1)$/i
const NO = /^(?:no|off|false|0)$/i

function valueOf(name: string, kind: Kind, given: Given, base: Base): unknown {
  const refuse = (what: string): KplayError =>
    new KplayError('BAD_OPTIONS', `${name} is ${what}, not ${given.text || 'nothing'}`, { place: given.place })
  const text = given.text.trim()
  const path = (written: string): string => absolute(written, base)
  switch (kind) {
    case 'text':
      if (given.list || text === '') throw refuse('text')
      return text
    case 'path':
      if (given.list || text === '') throw refuse('a path')
      return path(text)
    case 'paths':
      return (given.list ?? text.split(':'))
        .map((each) => each.trim())
        .filter((each) => each !== '')
        .map(path)
    case 'inventories':
      return (given.list ?? inventories(text)).map((each) => (each.includes(',') ? each : path(each)))
    case 'whole':
      if (!/^\d+$/.test(text)) throw refuse('a whole number')
      return Number(text)
    case 'flag':
    case 'unless':
      if (!YES.test(text) && !NO.test(text)) throw refuse('true or false')
      return YES.test(text) === (kind === 'flag')
  }
}

/** Several sources, parted by commas; a list of hosts ends with one and stays together. */
function inventories(text: string): readonly string[] {
  if (text.endsWith(',')) return [text]
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

function absolute(path: string, { folder, home }: Base): string {
  if (home !== undefined && (path === '~' || path.startsWith('~/'))) return join(home, path.slice(1))
  return isAbsolute(path) ? path : join(folder, path)
}
