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
      // A shell's `read` takes a byte at a time; a list that is split into words is four times as fast. The line after
      // the stamp keeps the newlines at its end; a NUL, which no path has, would be lost.
      sh`tab=${'\t'} IFS='
'; set -f
verify() {
  lines=$(cat -- "$1" - <<end
.
end
) || return
  lines=\${lines%.} left=${NAMED}
  printf '%s%s-\\n' "$lines" ${mark}
  if [ -d "$2" ] && [ ! -x "$2" ]; then echo "$2: Permission denied" >&2; return 1; fi
  for line in $lines; do
    path=\${line#?"$tab"}
    case $path in *\\\\*) plain=$(printf '%b.' "$path"); plain=\${plain%.} ;; *) plain=$path ;; esac
    case $line in
      f"$tab"*) [ -s "$2/$plain" ] && [ -f "$2/$plain" ] && [ ! -L "$2/$plain" ] ;;
      e"$tab"*) [ -f "$2/$plain" ] && [ ! -L "$2/$plain" ] ;;
      d"$tab"*) [ -d "$2/$plain" ] && [ ! -L "$2/$plain" ] ;;
      l"$tab"*) [ -L "$2/$plain" ] ;;
    esac && continue
    printf '%s\\n' "$path"
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 0
  done
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
