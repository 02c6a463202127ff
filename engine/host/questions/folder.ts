import type { Entry } from '../reader.ts'
import { joined, quote, sh, userScript } from '../shell.ts'
import { readRecord, statFormat } from './stat.ts'
import {
  ALONE,
  absentOr,
  cannotLook,
  cut,
  cutEach,
  eachCall,
  operand,
  pieces,
  type Question,
  reasonIn,
} from './question.ts'

/**
 * Names in folders, as the shell's own patterns find them. Where those find nothing, not even the folder itself, `find`
 * tells an empty folder (of which a newer bash shows nothing) from one that cannot be read, and says why.
 */
export const childrenQuestion: Question<string, readonly string[] | undefined> = {
  name: 'children',
  limit: () => 16 * 1024 * 1024,
  script: (paths, mark) =>
    eachCall(
      mark,
      sh`some() {
  if [ -e "$1" ] || [ -L "$1" ]; then seen=1; printf '%s\\000' "$@"; fi
}
show() {
  seen=
  if ${paths.every((path) => path.startsWith('/')) ? sh`[ -r "$1" ] && cd -P -- "$1" 2>/dev/null` : sh`false`}; then
    some *
    some .*
  fi
  [ -n "$seen" ] || find "$1" '(' -name . -o -prune ')' -print0
}`,
      paths.map((path) => sh`show ${`${operand(path)}/.`}`),
    ),
  read: (section, paths, mark) => {
    const parts = cutEach(section, mark)
    return paths.map((path, index) => {
      const part = parts[index]
      if (!part) return cannotLook(path, 'the answer broke off')
      if (part.stderr !== '') return absentOr(path, part.stderr)
      const names = pieces(part.stdout, '\0').map((name) => name.slice(name.lastIndexOf('/') + 1))
      return names.filter((name) => name !== '.' && name !== '..').sort()
    })
  },
}

export interface TreeSubject {
  readonly path: string
  readonly limit: number
}

/** All entries below a folder. What vanishes while we look was never there. */
export const treeQuestion: Question<TreeSubject, ReadonlyMap<string, Entry> | undefined> = {
  name: 'tree',
  limit: ({ limit }) => limit * 400,
  script: (subjects, mark) =>
    // The folder is named through `/.`, so that a link to a folder is looked into.
    sh`for path in ${subjects.map(({ path }) => `${operand(path)}/.`)}; do
  QUOTING_STYLE=literal find "$path" -exec stat -c ${statFormat(mark)} -- {} +
  printf '%s%d\\n' ${mark + mark} "$?"; echo ${mark} >&2
done`,
  read({ stdout, stderr }, subjects, mark) {
    const trees = cut(stdout, mark + mark)
    const said = stderr.split(`${mark}\n`)
    return subjects.map(({ path, limit }, index) => {
      const found = readTree(trees[index]?.bytes.toString('utf8') ?? '', `${operand(path)}/.`, mark)
      const errors = (said[index] ?? '').split('\n').filter((line) => line !== '')
      if (found.size === 0) return absentOr(path, errors.at(-1) ?? '')
      const bad = errors.find((line) => !line.endsWith(': No such file or directory'))
      if (bad !== undefined) return cannotLook(path, reasonIn(bad))
      found.delete('')
      return found.size > limit ? cannotLook(path, `more than ${limit} entries are below it`) : found
    })
  },
}

function readTree(text: string, root: string, mark: string): Map<string, Entry> {
  const parts = text.split(mark)
  const found: [string, Entry][] = []
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const record = readRecord(parts[index] ?? '', parts[index + 1] ?? '')
    if (!record) continue
    const { entry, target } = record
    const path = record.name.slice(root.length + 1)
    found.push([path, entry.kind === 'link' ? { ...entry, target: target === ALONE ? undefined : target } : entry])
  }
  return new Map(found.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** Paths that a shell pattern matches. */
export const globQuestion: Question<string, readonly string[]> = {
  name: 'glob',
  limit: () => 16 * 1024 * 1024,
  // A shell says nothing of a folder it may not read: that much is asked of the one where the pattern begins.
  script: (patterns, mark) =>
    sh`show() {
  if [ -d "$1" ] && { [ ! -r "$1" ] || [ ! -x "$1" ]; }; then printf '%s' ${mark}; return; fi
  shift
  for path; do
    if [ -e "$path" ] || [ -L "$path" ]; then printf '%s\\000' "$path"; fi
  done
}
${joined(
  patterns.map((pattern) => sh`show ${folderOf(pattern)} ${globWord(pattern)}; printf '\\n%s\\n' ${mark}`),
  '\n',
)}`,
  read({ stdout }, patterns, mark) {
    const answers = stdout.toString('utf8').split(`\n${mark}\n`)
    return patterns.map((pattern, index) => {
      const answer = answers[index] ?? mark
      return answer === mark ? cannotLook(pattern, 'Permission denied') : pieces(Buffer.from(answer), '\0').sort()
    })
  },
}

/** The folder in which the first component with a pattern in it is looked for. */
const folderOf = (pattern: string): string => /^[^*?[]*\//.exec(pattern)?.[0] ?? '.'

/** A word of the shell in which only `* ? [ ]`, and what belongs into brackets, mean something. */
const globWord = (pattern: string) => userScript(pattern.replace(/[^\w*?[\]!^/.-]+/gu, quote))
