import { dirname, normalize } from 'node:path/posix'
import { sh } from '../shell.ts'
import { absentOr, cannotLook, cut, cutEach, type Question, eachCall } from './question.ts'

/** Canonical paths. Only what has a link on its way costs a process. */
export const realpathQuestion: Question<string, string | undefined> = {
  name: 'realpath',
  script: (paths, mark) =>
    eachCall(
      mark,
      sh`show() {
  path=$1 plain=$2; shift 2
  [ -e "$path" ] || { stat -L -c '' -- "$path"; return; }
  [ -n "$plain" ] || { readlink -f -- "$path"; return; }
  for part; do
    [ ! -L "$part" ] || { readlink -f -- "$path"; return; }
  done
  printf '%s\\n' "$plain"
}`,
      paths.map((path) => sh`show ${path} ${plainWords(path)}`),
    ),
  read: (section, paths, mark) => {
    const parts = cutEach(section, mark)
    return paths.map((path, index) => {
      const part = parts[index]
      if (!part) return cannotLook(path, 'the answer broke off')
      return part.code === 0 ? part.stdout.toString('utf8').slice(0, -1) : absentOr(path, part.stderr)
    })
  },
}

/** What the path is if none of its components is a link, and those components; `..` behind a link would mislead. */
function plainWords(path: string): string[] {
  const clean = normalize(path).replace(/(?<=.)\/+$/, '')
  if (!path.startsWith('/') || /(^|\/)\.\.(\/|$)/.test(path)) return ['']
  const parts: string[] = []
  for (let current = clean; current !== '/'; current = dirname(current)) parts.push(current)
  return [clean, ...parts]
}

/** Programs: the first of some names that is in PATH. */
export const toolQuestion: Question<readonly string[], string | undefined> = {
  name: 'tool',
  // `command -v` also knows builtins and, in some shells, applets that no one else can start.
  script: (subjects, mark) =>
    eachCall(
      mark,
      sh`show() {
  set -f; IFS=:
  for name; do
    case $name in */*) [ ! -f "$name" ] || [ ! -x "$name" ] || { printf '%s' "$name"; return; }; continue ;; esac
    for folder in $PATH; do
      [ ! -f "$folder/$name" ] || [ ! -x "$folder/$name" ] || { printf '%s' "$folder/$name"; return; }
    done
  done
}`,
      subjects.map((names) => sh`(show ${names})`),
    ),
  read: ({ stdout }, subjects, mark) => {
    const parts = cut(stdout, mark)
    return subjects.map((names, index) => {
      const part = parts[index]
      return part ? part.bytes.toString('utf8') || undefined : cannotLook(names.join(', '), 'the answer broke off')
    })
  },
}
