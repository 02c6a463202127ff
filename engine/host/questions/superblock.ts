import { sh } from '../shell.ts'
import { absentOr, cannotLook, cutEach, type Question, reasonIn, eachCall } from './question.ts'

/**
 * The super blocks of ext and XFS file systems, mounted or not; undefined for anything else. xfs_db reads the device,
 * also while it is mounted; one that does not know `info` yet still prints the super block's own fields.
 */
export const superblockQuestion: Question<string, ReadonlyMap<string, string> | undefined> = {
  name: 'superblock',
  script: (paths, mark) =>
    eachCall(
      mark,
      sh`show() {
  [ -e "$1" ] || { stat -L -c '' -- "$1"; return 1; }
  head -c 4096 -- "$1" >/dev/null || return
  if [ "$(head -c 4 -- "$1" | tr -d '\\000')" = XFSB ]; then
    echo xfs
    [ -f "$1" ] && image=-f || image=
    if command -v xfs_db >/dev/null; then xfs_db -r $image -c info -c 'sb 0' -c p -- "$1"; else xfs_info "$1"; fi
  elif [ "$(head -c 1082 -- "$1" | tail -c 2 | od -A n -t x1 | tr -d ' ')" = 53ef ]; then
    echo ext
    if command -v dumpe2fs >/dev/null; then dumpe2fs -h -- "$1"; else tune2fs -l -- "$1"; fi
  fi
}`,
      paths.map((path) => sh`show ${path}`),
    ),
  read(section, paths, mark) {
    const parts = cutEach(section, mark)
    return paths.map((path, index) => {
      const part = parts[index]
      if (!part) return cannotLook(path, 'the answer broke off')
      const [kind = '', ...lines] = part.stdout.toString('utf8').split('\n')
      if (part.code !== 0) return kind === '' ? absentOr(path, part.stderr) : cannotLook(path, reasonIn(part.stderr))
      return kind === 'xfs' ? xfsFields(lines) : kind === 'ext' ? extFields(lines) : undefined
    })
  },
}

/** `Key:    value` lines of dumpe2fs -h and tune2fs -l. */
export const extFields = (lines: readonly string[]): Map<string, string> =>
  new Map(
    lines
      .flatMap((line) => [[...(/^([^:]+):\s+(.*)$/.exec(line) ?? [])].slice(1) as [string, string]])
      .filter(([key]) => key),
  )

/** What xfs_info's keys are called in the super block. */
const XFS_NAMES: Readonly<Record<string, string>> = {
  blocksize: 'bsize',
  inodesize: 'isize',
  sectsize: 'sectsz',
  dblocks: 'blocks',
  fname: 'label',
}

/**
 * xfs_info's `section = key=value …` lines as `section.key`, and as `key` alone where it is the first of that name;
 * the super block's `key = value` lines below their own names and, where xfs_info said nothing, below xfs_info's.
 */
export function xfsFields(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>()
  const addOnce = (key: string, value: string) => void (fields.has(key) || fields.set(key, value))
  let section = ''
  for (const line of lines) {
    const own = /^(\w+) = (.*)$/.exec(line)
    if (own?.[1] !== undefined && own[2] !== undefined) {
      const value = own[2].replace(/^"(.*)"$/, '$1').replace(/(\\000)+$/, '')
      addOnce(own[1], value)
      addOnce(XFS_NAMES[own[1]] ?? own[1], value)
      continue
    }
    const [, name = '', rest = ''] = /^(\S*)\s*=(.*)$/.exec(line) ?? []
    section = name === '' ? section : name
    for (const [, key = '', value = ''] of rest.matchAll(/([\w-]+)=([^\s,]+)/g)) {
      addOnce(`${section}.${key}`, value)
      addOnce(key, value)
    }
  }
  return fields
}
