import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { KplayError } from '../errors.ts'
import type { FactCache } from '../run/known-facts.ts'
import { isDict, keyText, type Value } from '../value.ts'
import { printJson, readJson, type JsonStyle } from '../values/json.ts'
import { codeOf } from './files.ts'
import { takeAway, writeOwn } from './own-file.ts'

export interface FactCacheOptions {
  readonly folder: string
  readonly prefix: string
  /** Seconds after which facts are too old; 0: never. */
  readonly timeout: number
  /** Told of a cache that cannot be read or written: nothing fails for it. */
  warn(message: string): void
}

/** What ansible-core 2.19 and later puts before a host's name; older ones put nothing. */
const GENERATION = 's1_'
const PAYLOAD = '__payload__'

/**
 * Facts in the layout of Ansible's jsonfile cache: one file `s1_HOST` for each host, which holds JSON as a text
 * in JSON. Files of ansible-core before 2.19, without the `s1_`, are read too.
 */
export function openFactCache({ folder, prefix, timeout, warn }: FactCacheOptions): FactCache {
  const paths = (host: string): readonly string[] =>
    [GENERATION, ''].map((generation) => join(folder, `${prefix}${fileName(`${generation}${host}`)}`))
  const fresh = (path: string): { path: string; time: number } | undefined => {
    const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    if (time === undefined || (timeout > 0 && Date.now() - time > timeout * 1000)) return undefined
    return { path, time }
  }
  return {
    read(host) {
      const [newest] = paths(host)
        .flatMap((path) => fresh(path) ?? [])
        .sort((a, b) => b.time - a.time)
      if (!newest) return undefined
      try {
        return factsIn(readFileSync(newest.path, 'utf8'))
      } catch (error) {
        warn(`the facts in ${newest.path} cannot be read (${reason(error)}): they are gathered anew`)
        return undefined
      }
    },
    write(host, facts) {
      const [path = ''] = paths(host)
      try {
        writeOwn(path, JSON.stringify({ [PAYLOAD]: printJson(new Map(facts), PLAIN) }))
      } catch (error) {
        warn(`facts cannot be kept in ${folder}: ${reason(error)}`)
      }
    },
    forget(host) {
      paths(host).forEach(takeAway)
    },
  }
}

const PLAIN: JsonStyle = { indent: null, sortKeys: false, ascii: true, item: ', ', key: ': ' }

/** As in Ansible a name that is no file name is hashed. */
const fileName = (key: string): string =>
  key.includes('/') ? createHash('sha256').update(key).digest('hex').slice(0, Math.max(key.length, 12)) : key

function factsIn(text: string): ReadonlyMap<string, Value> {
  const outer = readJson(text)
  const payload = isDict(outer) ? outer.get(PAYLOAD) : undefined
  const facts = withoutTags(typeof payload === 'string' ? readJson(payload) : outer)
  if (!isDict(facts)) throw new KplayError('NOT_FOUND', 'it holds no dict')
  return new Map([...facts].map(([name, value]) => [keyText(name), value]))
}

/** Values that ansible-core has tagged, such as with where they were written, without their tags. They are data all the same. */
function withoutTags(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map(withoutTags)
  if (!isDict(value)) return value
  const inner = ['value', 'iso8601', 'ciphertext'].find((key) => value.has(key))
  if (value.has('__ansible_type') && inner !== undefined) return withoutTags(value.get(inner) ?? null)
  return new Map([...value].map(([key, item]) => [key, withoutTags(item)]))
}

const reason = (error: unknown): string => codeOf(error) || (error instanceof Error ? error.message : String(error))
