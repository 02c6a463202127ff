import { refusal } from './_refuse.ts'

/** What Ansible's `extra_opts` say, as far as it can be done safely. */
export interface ExtraOptions {
  readonly strip: number | undefined
  readonly exclude: readonly string[]
  readonly keepExisting: boolean
  readonly keepNewer: boolean
  /** Words that GNU tar gets as they are. */
  readonly tarOptions: readonly string[]
}

/** Options that change nothing here: what they ask is done anyway, or a staged tree makes it moot. */
const MOOT = new Set(
  '-z -j -J -v -p -o --gzip --gunzip --bzip2 --xz --zstd --verbose --preserve-permissions --same-permissions --no-same-owner --overwrite --overwrite-dir --unlink-first -U --recursive-unlink --numeric-owner --no-overwrite-dir -q -n --delay-directory-restore'.split(
    ' ',
  ),
)
const KEEP_EXISTING = new Set(['-k', '--keep-old-files', '--skip-old-files'])
const KEEP_NEWER = new Set(['--keep-newer-files', '-u'])
/** For GNU tar alone; none of them can write elsewhere or run anything. */
const PASSED =
  /^(?:-m|--touch|--no-same-permissions|--(?:no-)?anchored|--(?:no-)?wildcards|--(?:no-)?ignore-case|--xattrs|--no-xattrs|--acls|--no-acls|--selinux|--no-selinux|--warning=[a-z-]+|--ignore-zeros|-i|--sparse|-S|--no-recursion|(?:--transform|--xform)=.+)$/s

/** Throws REFUSED for an option that could write elsewhere, run a program, or that nobody knows. */
export function extraOptions(words: readonly string[]): ExtraOptions {
  const found = {
    strip: undefined as number | undefined,
    exclude: [] as string[],
    keepExisting: false,
    keepNewer: false,
    tarOptions: [] as string[],
  }
  const rest = words.flatMap((word) => word.trim().split(/\s+(?=-)/)).filter((word) => word !== '')
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    const [, name = word, value] = /^(--[a-z-]+)[= ](.*)$/s.exec(word) ?? []
    const taken = (): string => (value === undefined ? (rest[++at] ?? '') : value)
    if (name === '--strip-components' || name === '--strip') {
      const depth = taken()
      if (!/^\d+$/.test(depth)) throw refusal(`extra_opts: ${name} needs a number, not '${depth}'`)
      found.strip = Number(depth)
    } else if (name === '--exclude') found.exclude.push(taken())
    else if (KEEP_EXISTING.has(word)) found.keepExisting = true
    else if (KEEP_NEWER.has(word)) found.keepNewer = true
    else if ((name === '--transform' || name === '--xform') && value === undefined)
      found.tarOptions.push(`${name}=${taken()}`)
    else if (PASSED.test(word) && !flagged(word)) found.tarOptions.push(word)
    else if (!MOOT.has(word))
      throw refusal(
        `extra_opts: '${word}' is not supported`,
        'strip, include, exclude, keep_newer, owner, group and mode are arguments of their own',
      )
  }
  return found
}

/** A sed expression of --transform may carry the flag e in some versions: it would run what it makes. */
const flagged = (word: string): boolean =>
  /^--(?:transform|xform)=/.test(word) && /[a-zA-Z]*e[a-zA-Z]*(?:;|$)/.test(word.replace(/^.*[,/|#!]/s, ''))
