import { Float } from '../value.ts'
import { readFloat, readInt, readJsonPlain, readPlain, type Scalar } from '../values/yaml-scalar.ts'

/** What a scalar's tag makes of it. `encrypted` and `unsafe` text is no template. */
export type Tagged =
  | { readonly value: Scalar; readonly encrypted?: boolean; readonly unsafe?: boolean; readonly warning?: string }
  | { readonly mistake: string; readonly hint?: string }

interface Written {
  readonly text: string
  readonly plain: boolean
  /** The file is JSON as a whole. */
  readonly json: boolean
}

/** `tag:yaml.org,2002:` is what `!!` stands for. */
export const shortTag = (tag: string | undefined): string | undefined => tag?.replace(/^tag:yaml\.org,2002:/, '')

const untagged = ({ text, plain, json }: Written): Scalar =>
  !plain ? text : json ? readJsonPlain(text) : readPlain(text)

type Reader = (written: Written) => Tagged

/** A value of one type, or the mistake that it is none. */
const typed =
  (name: string, read: (text: string) => Scalar | undefined): Reader =>
  ({ text }) => {
    const value = read(text)
    return value === undefined ? { mistake: `this is no ${name}` } : { value }
  }

const encrypted: Reader = ({ text }) => ({ value: text, encrypted: true })

const SCALARS: Readonly<Record<string, Reader>> = {
  '!': ({ text }) => ({ value: text }),
  '!unsafe': (written) => ({ value: untagged(written), unsafe: true }),
  '!vault': encrypted,
  '!vault-encrypted': (written) => ({
    ...encrypted(written),
    warning: '!vault-encrypted is an old name: write !vault',
  }),
  str: ({ text }) => ({ value: text }),
  'python/unicode': ({ text }) => ({ value: text }),
  null: () => ({ value: null }),
  bool: typed('bool', (text) => {
    const value = readPlain(text.toLowerCase())
    return typeof value === 'boolean' ? value : undefined
  }),
  int: typed('int', readInt),
  float: typed('float', (text) => {
    const value = readPlain(text)
    if (value instanceof Float) return value
    const number = Number(text)
    return text.trim() !== '' && Number.isFinite(number) ? readFloat(String(number)) : undefined
  }),
  timestamp: ({ text }) => ({ value: readPlain(text) }),
  binary: typed('base64 of UTF-8 text', (text) => {
    const bare = text.replaceAll(/\s/g, '')
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(bare)) return undefined
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bare, 'base64'))
    } catch {
      return undefined
    }
  }),
}

/** The value of a scalar, by its tag where it has one. */
export function tagScalar(tag: string | undefined, written: Written): Tagged {
  const short = shortTag(tag)
  if (tag === undefined || short === undefined) return { value: untagged(written) }
  const reader = Object.hasOwn(SCALARS, short) ? SCALARS[short] : undefined
  return reader ? reader(written) : unknownTag(tag)
}

/** What a tag makes of a map or a list: itself, or a list of keys, or of pairs. */
export type Shape = 'same' | 'keys' | 'pairs'

const MAPS: Readonly<Record<string, Shape>> = {
  '!unsafe': 'same',
  '!': 'same',
  map: 'same',
  'python/dict': 'same',
  set: 'keys',
}
const LISTS: Readonly<Record<string, Shape>> = {
  '!unsafe': 'same',
  '!': 'same',
  seq: 'same',
  omap: 'pairs',
  pairs: 'pairs',
}

export function shapeOf(tag: string | undefined, kind: 'map' | 'list'): Shape | Tagged {
  const short = shortTag(tag)
  if (tag === undefined || short === undefined) return 'same'
  const table = kind === 'map' ? MAPS : LISTS
  const shape = Object.hasOwn(table, short) ? table[short] : undefined
  if (shape) return shape
  if (/^!vault/.test(tag)) return { mistake: `${tag} stands before encrypted text, not before a ${kind}` }
  const known = [SCALARS, MAPS, LISTS].some((each) => Object.hasOwn(each, short))
  return known ? { mistake: `a ${kind} is no ${short}` } : unknownTag(tag)
}

function unknownTag(tag: string): Tagged {
  const short = shortTag(tag) ?? tag
  const shown = tag.startsWith('!') ? tag : short === tag ? `!<${tag}>` : `!!${short}`
  return { mistake: `the tag ${shown} is not known here`, hint: 'known: !unsafe, !vault' }
}
