import { DIGEST_DIGITS, type Algorithm } from '../reader.ts'
import { sh } from '../shell.ts'
import {
  ALONE,
  absentOr,
  absentOrAlone,
  type Answer,
  cannotLook,
  cutEach,
  eachCall,
  type Question,
} from './question.ts'

/** Exit code by which a script says that a path is no regular file. */
const NO_FILE = 71

export interface ContentSubject {
  readonly path: string
  /** Bytes that it may have. */
  readonly limit: number
}

/** The bytes of regular files, links followed. */
export const contentQuestion: Question<ContentSubject, Buffer | undefined> = {
  name: 'content',
  limit: ({ limit }) => limit + 4096,
  // A device or a pipe could keep us for ever. What is missing is left to head, which says why.
  script: (subjects, mark) =>
    eachCall(
      mark,
      sh`show() {
  if [ -e "$1" ] && [ ! -f "$1" ]; then return ${NO_FILE}; fi
  head -c "$2" -- "$1"
}`,
      subjects.map(({ path, limit }) => sh`show ${path} ${limit + 1}`),
    ),
  read: (section, subjects, mark) => {
    const parts = cutEach(section, mark)
    return subjects.map(({ path, limit }, index) => {
      const part = parts[index]
      if (!part) return cannotLook(path, 'the answer broke off')
      if (part.code === NO_FILE) return cannotLook(path, 'it is not a regular file')
      if (part.code !== 0) return absentOr(path, part.stderr)
      return part.stdout.length > limit ? cannotLook(path, `it has more than ${limit} bytes`) : part.stdout
    })
  },
}

const LONGEST = 130

const questions = new Map<Algorithm, Question<string, string | undefined>>()

/** Digests of regular files, links followed, in lower-case hex. */
export function digestQuestion(algorithm: Algorithm): Question<string, string | undefined> {
  const known = questions.get(algorithm) ?? makeDigestQuestion(algorithm)
  questions.set(algorithm, known)
  return known
}

function makeDigestQuestion(algorithm: Algorithm): Question<string, string | undefined> {
  const tool = `${algorithm}sum`
  return {
    name: algorithm,
    // First a letter for each path: o for what is no regular file, f for what the tool is given.
    script: (paths) => sh`set --
for path in ${paths}; do
  if [ -e "$path" ] && [ ! -f "$path" ]; then printf o; else printf f; set -- "$@" "$path"; fi
done
echo
[ "$#" -gt 0 ] || exit 0
if command -v ${tool} >/dev/null; then ${tool} -- "$@"; exit; fi
for path; do
  if [ -f "$path" ]; then openssl dgst ${`-${algorithm}`} -r <"$path" | { read -r hex _ && printf '%s  %s\\n' "$hex" "$path"; }
  else head -c 0 -- "$path"; fi
done`,
    read({ stdout, stderr }, paths, _mark, alone) {
      const text = stdout.toString('utf8')
      let rest = text.slice(paths.length + 1)
      const answers = paths.map((path, index): Answer<string | undefined> | null => {
        if (text[index] === 'o') return cannotLook(path, 'it is not a regular file')
        const hex = /^\\?([0-9a-f]+) /i.exec(rest.slice(0, LONGEST))?.[1] ?? ''
        const line = spellings(hex, path).find((spelling) => rest.startsWith(spelling))
        if (hex.length !== DIGEST_DIGITS[algorithm] || line === undefined) return null
        rest = rest.slice(line.length)
        return hex.toLowerCase()
      })
      const failed = answers.filter((answer) => answer === null).length
      const missing = alone ? lonely(paths[0] ?? '', stderr, tool) : absentOrAlone(failed, stderr)
      return answers.map((answer) => (answer === null ? missing : answer))
    },
  }
}

/** How a tool may print digest and name: GNU escapes odd names and says so by a backslash, busybox does not. */
function spellings(hex: string, path: string): string[] {
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return [`${hex}  ${path}\n`, `\\${hex}  ${escaped}\n`, `\\${hex}  ${escaped.replaceAll('\r', '\\r')}\n`]
}

function lonely(path: string, stderr: string, tool: string): Answer<undefined> {
  if (/openssl: (?:command )?not found/.test(stderr)) return cannotLook(path, `neither ${tool} nor openssl is there`)
  const answer = absentOr(path, stderr)
  return answer === undefined && stderr === '' ? ALONE : answer
}
