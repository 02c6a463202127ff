import { sh } from '../shell.ts'
import { absentOr, cannotLook, cutEach, type Question, reasonIn, eachCall } from './question.ts'

export interface LogSubject {
  /** A path or a unit. */
  readonly of: string
  readonly lines: number
}

const BYTES = 256 * 1024

/** The last lines of text files. */
export const tailQuestion: Question<LogSubject, string | undefined> = {
  name: 'tail',
  fleeting: true,
  limit: () => BYTES,
  // The status is tail's own: what is cut off is only the start of overlong lines.
  script: (subjects, mark) =>
    eachCall(
      mark,
      sh`show() {
  if [ -e "$2" ] && [ ! -f "$2" ]; then echo "$2: it is not a regular file" >&2; return 1; fi
  [ -e "$2" ] && [ -r "$2" ] || { head -c 0 -- "$2"; return; }
  tail -n "$1" -- "$2" | tail -c ${BYTES - 4096}
}`,
      subjects.map(({ of, lines }) => sh`show ${lines} ${of}`),
    ),
  read(section, subjects, mark) {
    const parts = cutEach(section, mark)
    return subjects.map(({ of }, index) => {
      const part = parts[index]
      if (!part) return cannotLook(of, 'the answer broke off')
      return part.code === 0 ? part.stdout.toString('utf8') : absentOr(of, part.stderr)
    })
  },
}

/** The last lines of units' journals; undefined where there is no journal. */
export const journalQuestion: Question<LogSubject, string | undefined> = {
  name: 'journal',
  fleeting: true,
  limit: () => BYTES,
  script: (subjects, mark) =>
    eachCall(
      mark,
      sh`show() {
  [ -d /run/systemd/system ] && command -v journalctl >/dev/null || return 71
  journalctl --no-pager -q -o short-iso -n "$1" -u "$2" | tail -c ${BYTES - 4096}
}`,
      subjects.map(({ of, lines }) => sh`show ${lines} ${of}`),
    ),
  read(section, subjects, mark) {
    const parts = cutEach(section, mark)
    return subjects.map(({ of }, index) => {
      const part = parts[index]
      if (!part) return cannotLook(`the journal of ${of}`, 'the answer broke off')
      if (part.code === 71) return undefined
      const text = part.stdout.toString('utf8')
      if (text === '' && part.stderr !== '') return cannotLook(`the journal of ${of}`, reasonIn(part.stderr))
      return text
    })
  },
}
