import { KplayError } from '../errors.ts'
import { DIGEST_DIGITS, type Algorithm } from '../host/reader.ts'
import type { Checksum } from '../module/define.ts'

/**
 * The digest for a file in a file of checksums: bare hex; GNU `hex  name`; BSD `SHA256 (name) = hex`; and
 * `gpg --print-md`, whose hex is upper case, spaced and spread over lines. Names are compared by their last part.
 * Throws CHECKSUM when there is none. `url` only tells where the text comes from.
 */
export function checksumIn(text: string, algorithm: Algorithm, name: string, url: string): Checksum {
  const length = DIGEST_DIGITS[algorithm]
  const bare = text.replace(/\s+/g, '').toLowerCase()
  if (bare.length === length && /^[0-9a-f]+$/.test(bare)) return { algorithm, hex: bare }

  const entries = entriesIn(text).filter(({ hex, kind }) => hex.length === length && (kind ?? algorithm) === algorithm)
  const wanted = lastPart(name)
  const found = entries.find((entry) => lastPart(entry.name) === wanted)
  if (found) return { algorithm, hex: found.hex }
  const names = [...new Set(entries.map((entry) => lastPart(entry.name)))]
  throw new KplayError('CHECKSUM', `${url} holds no ${algorithm} checksum for ${wanted}`, {
    hint: names.length > 0 ? `it holds ${names.slice(0, 5).join(', ')}` : `is it a file of ${algorithm} checksums?`,
  })
}

interface Entry {
  readonly name: string
  readonly hex: string
  /** The algorithm, where the line names it. */
  readonly kind: string | undefined
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const plainKind = (kind: string): string => kind.toLowerCase().replace('-', '')

function entriesIn(text: string): readonly Entry[] {
  const entries: Entry[] = []
  // Of gpg's form: a name, perhaps an algorithm, then groups of digits that go on over indented lines.
  let open: { name: string; kind: string | undefined; hex: string } | undefined
  const close = (): void => {
    if (open && open.hex !== '') entries.push({ ...open, hex: open.hex.toLowerCase() })
    open = undefined
  }
  for (const line of text.split(/\r?\n/)) {
    const gnu = /^\\?([0-9a-fA-F]{32,128})[ \t]+\*?(\S.*?)\s*$/.exec(line)
    const bsd = /^([A-Za-z]+-?\d*) ?\((.+)\) ?= ?([0-9a-fA-F]{32,128})\s*$/.exec(line)
    const named = /^(\S.*?):\s*(?:([A-Za-z]+-?\d+)\s*=)?((?:\s*[0-9a-fA-F]{2,8})*)\s*$/.exec(line)
    const further = /^\s+(?:([A-Za-z]+-?\d+)\s*=)?((?:\s*[0-9a-fA-F]{2,8})+)\s*$/.exec(line)
    if (gnu) {
      close()
      entries.push({ name: gnu[2] ?? '', hex: (gnu[1] ?? '').toLowerCase(), kind: undefined })
    } else if (bsd) {
      close()
      entries.push({ name: bsd[2] ?? '', hex: (bsd[3] ?? '').toLowerCase(), kind: plainKind(bsd[1] ?? '') })
    } else if (named) {
      close()
      open = { name: named[1] ?? '', kind: named[2] && plainKind(named[2]), hex: (named[3] ?? '').replace(/\s/g, '') }
    } else if (further && open) {
      // Several algorithms below one name.
      const name: string = open.name
      if (further[1] !== undefined) {
        close()
        open = { name, kind: plainKind(further[1]), hex: '' }
      }
      open = { ...open, hex: open.hex + (further[2] ?? '').replace(/\s/g, '') }
    } else close()
  }
  close()
  return entries
}
