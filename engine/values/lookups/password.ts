import { randomInt } from 'node:crypto'
import { passwordHash } from '../crypt.ts'
import { failure, isList } from '../operand.ts'
import type { Operand } from '../operand.ts'
import { own } from '../own.ts'
import { text } from '../print.ts'
import { PythonRandom } from '../python-random.ts'
import { files, inlineOptions, option, withoutOptions } from './lookup.ts'
import type { Lookup, Query } from './lookup.ts'

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
/** Names of sets of characters, as Python's module `string` has them. */
const SETS: Readonly<Record<string, string>> = {
  ascii_letters: LOWER + UPPER,
  ascii_lowercase: LOWER,
  ascii_uppercase: UPPER,
  digits: '0123456789',
  hexdigits: '0123456789abcdefABCDEF',
  octdigits: '01234567',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  whitespace: ' \t\n\r\v\f',
}
const USUAL = ['ascii_letters', 'digits', '.,:-_']
const OPTIONS = ['length', 'encrypt', 'chars', 'ident', 'seed']
/** Nothing is kept there: each time another password. */
const NOWHERE = '/dev/null'

/** A password that a file of the controller keeps: made when the file is not there. */
export const passwordLookup: Lookup = {
  run: (query) => query.terms.map((term) => onePassword(query, text(term))),
}

function onePassword(query: Query, term: string): string {
  const inline = inlineOptions(term)
  const unknown = [...inline.keys()].find((name) => !OPTIONS.includes(name))
  if (unknown !== undefined)
    throw failure(`the lookup password has no option ${unknown}`, `it has: ${OPTIONS.join(', ')}`)
  const given = (name: string, fallback: Operand = null): Operand => inline.get(name) ?? option(query, name, fallback)
  const path = withoutOptions(term)
  const encrypt = given('encrypt') === null || given('encrypt') === '' ? undefined : text(given('encrypt'))
  const make = (): string => randomText(wholeNumber(given('length', 20)), characterSet(given('chars')), given('seed'))
  const kept = (known: string | undefined): string => {
    const password = known ?? make()
    return encrypt === undefined || / salt=/.test(password) ? password : `${password} salt=${newSalt(encrypt)}`
  }
  const content = path === NOWHERE ? kept(undefined) : keep(query, path, kept)
  const [, password = content, salt] = /^(.*) salt=(\S+)(?: ident=\S*)?$/s.exec(content) ?? []
  if (encrypt === undefined) return password
  return passwordHash(password, { type: encrypt, salt, saltSize: undefined, rounds: undefined })
}

function keep(query: Query, path: string, change: (known: string | undefined) => string): string {
  const { keep } = files(query)
  if (!keep) throw failure('the lookup password cannot write files here')
  return keep(path, (known) => `${change(known?.replace(/\r?\n$/, ''))}\n`).replace(/\n$/, '')
}

const newSalt = (encrypt: string): string =>
  randomText(encrypt.startsWith('sha') ? 16 : 8, `${SETS['ascii_letters'] ?? ''}0123456789./`, null)

function wholeNumber(value: Operand): number {
  const length = Number(text(value))
  if (!Number.isInteger(length) || length < 0)
    throw failure(`the lookup password: length must be an int, not ${text(value)}`)
  return length
}

/** `a,digits`, or a list: names of sets and characters themselves; `,,` is a comma. */
function characterSet(chars: Operand): string {
  const parts =
    chars === null
      ? USUAL
      : isList(chars)
        ? chars.map(text)
        : [...(text(chars).includes(',,') ? [','] : []), ...text(chars).replaceAll(',,', ',').split(',')]
  const all = parts
    .map((part) => own(SETS, part) ?? part)
    .join('')
    .replace(/["']/g, '')
  if (all === '') throw failure('the lookup password has no characters to choose from')
  return all
}

function randomText(length: number, chars: string, seed: Operand): string {
  const characters = Array.from(chars)
  const random = seed === null ? undefined : new PythonRandom(seed)
  const pick = (): number => random?.below(characters.length) ?? randomInt(characters.length)
  return Array.from({ length }, () => characters[pick()] ?? '').join('')
}
