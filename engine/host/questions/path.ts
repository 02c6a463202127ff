import { dirname, normalize } from 'node:path/posix'
import { sh } from '../shell.ts'
import { absentOr, cannotLook, cut, cutEach, type Question, eachCall } from './question.ts'

/** What means the same wherever a shell is: no relative path, nor what stands in /proc for the shell's own. */
const FIXED = /^\/(?!(?:proc|dev)(?:\/|$))/

/** Canonical paths. A shell knows the folder it is in, so only links to what is no folder cost a process. */
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
    [ ! -L "$part" ] || { resolve "$path" "$@"; return; }
  done
  printf '%s\\n' "$plain"
}
resolve() {
  ${paths.every((path) => FIXED.test(normalize(path))) ? GO : sh``}
  readlink -f -- "$1"
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

/**
 * Goes to the folder $2, or to $3, where $2 is, and says where that is; what changes for each process is left alone.
 * After a link to / bash begins with two of them.
 */
const GO = sh`if [ -L "$2" ]; then folder=$2 name=; else folder=\${3:-/} name=/\${2##*/}; fi
  if cd -P -- "$folder" 2>/dev/null; then
    case $PWD in //*) here=\${PWD#/} ;; *) here=$PWD ;; esac
    case $here in
      /proc | /proc/*) ;;
      /*) here=\${here%/}$name; printf '%s\\n' "\${here:-/}"; return ;;
    esac
  fi`

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
      sh`set -f; IFS=:
show() {
  for name; do
    case $name in */*) [ ! -f "$name" ] || [ ! -x "$name" ] || { printf '%s' "$name"; return; }; continue ;; esac
    for folder in $PATH; do
      [ ! -f "$folder/$name" ] || [ ! -x "$folder/$name" ] || { printf '%s' "$folder/$name"; return; }
    done
  done
}`,
      subjects.map((names) => sh`show ${names}`),
    ),
  read: ({ stdout }, subjects, mark) => {
    const parts = cut(stdout, mark)
    return subjects.map((names, index) => {
      const part = parts[index]
      return part ? part.bytes.toString('utf8') || undefined : cannotLook(names.join(', '), 'the answer broke off')
    })
  },
}
