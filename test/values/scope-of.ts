import { existsSync, readFileSync } from 'node:fs'
import { Float, Template, fromPlain } from '../../engine/value.ts'
import type { Plain, Raw, Vars } from '../../engine/value.ts'
import { readJson } from '../../engine/values/json.ts'
import { Scope } from '../../engine/values/scope.ts'
import type { Magic } from '../../engine/values/scope.ts'
import type { Files } from '../../engine/values/surroundings.ts'

/** A template of a playbook. */
export const template = (source: string, line = 1, column = 1): Template =>
  new Template(source, { file: 'play.yml', line, column })

/** What stands in `when:`. */
export const expression = (source: string, line = 1, column = 1): Template =>
  new Template(source, { file: 'play.yml', line, column }, { expression: true })

export const varsOf = (values: Readonly<Record<string, Raw>>): Vars =>
  new Map(Object.entries(values).map(([name, value]) => [name, { value }]))

/** A scope of one layer; plain objects become dicts. */
export function scopeOf(plain: Readonly<Record<string, Raw | Plain>> = {}, magic: Magic = {}): Scope {
  const values = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, raw(value)]))
  return new Scope([{ name: 'test', vars: varsOf(values) }], magic)
}

function raw(value: Raw | Plain): Raw {
  if (value instanceof Map || value instanceof Template || value instanceof Float) return value
  if (Array.isArray(value)) return (value as readonly (Raw | Plain)[]).map(raw)
  return fromPlain(value as Plain)
}

/** Files that are only in memory. */
export function filesOf(texts: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Files {
  const paths = Object.keys(texts)
  const kept = new Map<string, string>()
  const isFolder = (path: string): boolean => paths.some((other) => other.startsWith(`${path}/`))
  return {
    readText: (path) => texts[path],
    glob: (pattern) => {
      const regex = new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`)
      return paths.filter((path) => regex.test(path)).sort()
    },
    resolve: (name, kind) => [name, `${kind}/${name}`].find((path) => path in texts),
    env: (name) => env[name],
    keep(path, change) {
      const text = change(kept.get(path))
      kept.set(path, text)
      return text
    },
    stat: (path) => {
      const plain = { link: false, mount: false, real: path }
      if (path in texts) return { kind: 'file', ...plain }
      return isFolder(path) ? { kind: 'directory', ...plain } : undefined
    },
  }
}

/** The rows of a table: source, what it should give, and what another version of Ansible makes of it. */
export function readRows(name: string): readonly (readonly [string, string, string])[] {
  const text = readFileSync(new URL(`rows/${name}`, import.meta.url), 'utf8')
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '))
  return rows.map((line) => {
    const at = line.indexOf('  =>  ')
    const [answer = '', note = ''] = (line.slice(at + 6).split('  # ')[0] ?? '').split('  ‖  ')
    return [line.slice(0, at), answer, note]
  })
}

/** The variables that a table speaks of: its own, else those of all. Text with braces in it is a template there. */
export function tableVariables(table: string): Vars {
  const own = new URL(`rows/${table}.json`, import.meta.url)
  const dict = readJson(readFileSync(existsSync(own) ? own : new URL('rows/variables.json', import.meta.url), 'utf8'))
  if (!(dict instanceof Map)) throw new Error('variables must be an object')
  return new Map(Array.from(dict as Map<string, Raw>, ([name, value]) => [name, { value: templated(value, name) }]))
}

function templated(value: Raw, name: string): Raw {
  if (name.startsWith('hostile')) return value
  if (typeof value === 'string') return value.includes('{') ? new Template(value) : value
  if (Array.isArray(value)) return (value as readonly Raw[]).map((item) => templated(item, ''))
  if (!(value instanceof Map)) return value
  return new Map(Array.from(value as Map<string, Raw>, ([key, item]) => [key, templated(item, key)]))
}
