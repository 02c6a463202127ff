import type { Extraction } from '../reader.ts'
import { sh } from '../shell.ts'
import { unescaped } from '../stamp.ts'
import { absentOr, cannotLook, cut, pieces, type Question, reasonIn, eachCall } from './question.ts'

export interface ExtractionSubject {
  readonly stampPath: string
  readonly destination: string
}

/** How many damaged entries are named: one would do to have the tree repaired. */
const NAMED = 50
const STAMP_BYTES = 32 * 1024 * 1024

/**
 * Compares trees with their stamps (format: stamp.ts), all on the host and with a shell's builtins alone: the stamp,
 * a mark, then the letter and path, as they stand there, of each damaged entry.
 */
export const extractionQuestion: Question<ExtractionSubject, Extraction | undefined> = {
  name: 'extraction',
  limit: () => STAMP_BYTES,
  script: (subjects, mark) =>
    eachCall(
      mark,
      sh`verify() {
  cat -- "$1" || return
  printf '%s-\\n' ${mark}
  if [ -d "$2" ] && [ ! -x "$2" ]; then echo "$2: Permission denied" >&2; return 1; fi
  left=${NAMED} tab=$(printf '\\t')
  while IFS=$tab read -r kind path; do
    case $path in *\\\\*) plain=$(printf '%b.' "$path"); plain=\${plain%.} ;; *) plain=$path ;; esac
    case $kind in
      f) [ -f "$2/$plain" ] && [ ! -L "$2/$plain" ] && [ -s "$2/$plain" ] ;;
      e) [ -f "$2/$plain" ] && [ ! -L "$2/$plain" ] ;;
      d) [ -d "$2/$plain" ] && [ ! -L "$2/$plain" ] ;;
      l) [ -L "$2/$plain" ] ;;
    esac && continue
    printf '%s\\n' "$path"
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 0
  done <"$1"
}`,
      subjects.map(({ stampPath, destination }) => sh`verify ${stampPath} ${destination}`),
    ),
  read(section, subjects, mark) {
    const parts = cut(section.stdout, mark)
    const said = section.stderr.split(`${mark}\n`)
    return subjects.map(({ stampPath }, index) => {
      // A stamp that could be read ends with a mark that bears no exit code.
      const shown = parts.shift()
      const checked = shown && Number.isNaN(shown.code) ? parts.shift() : undefined
      if (!shown) return cannotLook(stampPath, 'the answer broke off')
      if (!checked) return absentOr(stampPath, said[index] ?? '')
      if (checked.code !== 0) return cannotLook(stampPath, reasonIn(said[index] ?? ''))
      return { stamp: shown.bytes.toString('utf8'), damage: pieces(checked.bytes, '\n').map(unescaped) }
    })
  },
}
