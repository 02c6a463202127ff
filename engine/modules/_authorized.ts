/** One line of authorized_keys; see sshd(8), AUTHORIZED_KEYS FILE FORMAT. */
export interface KeyLine {
  readonly options: string | undefined
  readonly type: string
  readonly key: string
  readonly comment: string
}

const TYPES =
  /^(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com|(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-ssh-ed25519|sk-ecdsa-sha2-nistp256)-cert-v0\d@openssh\.com)$/

/** Undefined for a comment, an empty line and whatever is no key. */
export function keyIn(line: string): KeyLine | undefined {
  const words = /^\s*(?:((?:"(?:\\.|[^"\\])*"|[^\s"])+)\s+)?(\S+)\s+(\S+)(?:\s+(.*?))?\s*$/.exec(line)
  if (line.trim().startsWith('#')) return undefined
  const [, options, type = '', key = '', comment = ''] = words ?? []
  if (TYPES.test(type)) return { options, type, key, comment }
  // Without options the first word is the type, and what follows the key is all comment.
  const [, first = '', second = '', rest = ''] = /^\s*(\S+)\s+(\S+)(?:\s+(.*?))?\s*$/.exec(line) ?? []
  return TYPES.test(first) ? { options: undefined, type: first, key: second, comment: rest } : undefined
}

export const lineOf = ({ options, type, key, comment }: KeyLine): string =>
  [...(options === undefined ? [] : [options]), type, key, ...(comment === '' ? [] : [comment])].join(' ')

export interface KeyArgs {
  readonly state: 'present' | 'absent'
  readonly exclusive: boolean
  readonly key_options: string | undefined
  readonly comment: string | undefined
}

/** The file with these keys in it, or without them; everything else stays, unless they are to be the only ones. */
export function editKeys(text: string, keys: readonly KeyLine[], args: KeyArgs): string {
  const wanted = keys.map((key) => ({
    ...key,
    ...(args.key_options !== undefined && { options: args.key_options }),
    ...(args.comment !== undefined && { comment: args.comment }),
  }))
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  if (args.state === 'absent') {
    const kept = lines.filter((line) => !wanted.some(({ key }) => key === keyIn(line)?.key))
    return kept.length === lines.length ? text : joined(kept)
  }
  const isSame = (line: string, wish: KeyLine): boolean => {
    const found = keyIn(line)
    return found !== undefined && lineOf(found) === lineOf(wish)
  }
  const open = [...wanted]
  const edited = lines.flatMap((line) => {
    const found = keyIn(line)
    const at = open.findIndex(({ key }) => key === found?.key)
    const [wish] = at < 0 ? [] : open.splice(at, 1)
    if (wish) return [isSame(line, wish) ? line : lineOf(wish)]
    // A second line of a key that is wanted once goes, and with exclusive all that is not wanted.
    const twice = found && wanted.some(({ key }) => key === found.key)
    return args.exclusive || twice ? [] : [line]
  })
  const all = [...edited, ...open.map(lineOf)]
  return all.join('\n') === lines.join('\n') ? text : joined(all)
}

const joined = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`)
