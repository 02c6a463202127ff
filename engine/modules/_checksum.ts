import { DIGEST_DIGITS, type Algorithm } from '../host/reader.ts'
import { sh, type Command } from '../host/shell.ts'

/** `algorithm:hex`, or `algorithm:URL` of a file with checksums in it. */
export type ChecksumWord =
  { readonly algorithm: Algorithm; readonly hex: string } | { readonly algorithm: Algorithm; readonly url: string }

/** Undefined when it is none. */
export function checksumWord(text: string): ChecksumWord | undefined {
  const [, name = '', value = ''] = /^([a-zA-Z0-9]+):(.+)$/.exec(text.trim()) ?? []
  const algorithm = name.toLowerCase()
  if (!isAlgorithm(algorithm)) return undefined
  if (/^(?:https?|file):\/\//.test(value)) return { algorithm, url: value }
  const hex = value.trim().toLowerCase()
  return /^[0-9a-f]+$/.test(hex) && hex.length === DIGEST_DIGITS[algorithm] ? { algorithm, hex } : undefined
}

const isAlgorithm = (name: string): name is Algorithm => Object.hasOwn(DIGEST_DIGITS, name)

/** Defines the shell function `right`: whether the file "$new" has that digest, which it leaves in "$found". */
export const rightDigest = (algorithm: Algorithm, hex: string): Command => sh`right() {
  if command -v ${algorithm}sum >/dev/null; then found=$(${algorithm}sum <"$new")
  elif command -v openssl >/dev/null; then found=$(openssl dgst ${`-${algorithm}`} -r <"$new")
  else echo ${`neither ${algorithm}sum nor openssl is there to check the file with`} >&2; exit 1; fi
  found=\${found%% *}
  [ "$found" = ${hex} ]
}`
