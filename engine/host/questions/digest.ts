import { type DigestMemory, STAMP, stamps, stampsIn } from '../digest-memory.ts'
import { DIGEST_DIGITS, type Algorithm } from '../reader.ts'
import { type Command, joined, sh } from '../shell.ts'
import { ALONE, absentOr, absentOrAlone, type Answer, cannotLook, type Question } from './question.ts'

const LONGEST = 130

/**
 * Digests of regular files, links followed, in lower-case hex. A big file whose stamp is still the one that is
 * remembered is not read again.
 */
export function digestQuestion(algorithm: Algorithm, memory?: DigestMemory): Question<string, string | undefined> {
  const tool = `${algorithm}sum`
  return {
    name: algorithm,
    // First a word for each path: o for what is no regular file, k and the digest where it is known, f for what the
    // tool is given. Then the stamps of those, and the clock, before they are read.
    script: (paths) => {
      const known = new Map(paths.map((path) => [path, memory?.get(path, algorithm)]))
      const remembered = paths.filter((path) => known.get(path))
      const words = paths.map((path) => {
        const { stamp, hex = '' } = known.get(path) ?? {}
        const same =
          stamp === undefined ? sh`if` : sh`if compare ${stamp} && [ -f ${path} ]; then printf 'k%s ' ${hex}\nelif`
        return sh`${same} [ -e ${path} ] && [ ! -f ${path} ]; then printf 'o '
else printf 'f '; set -- "$@" ${path}; fi`
      })
      return joined(
        [
          sh`set --`,
          ...(remembered.length > 0 ? [nowOf(remembered)] : []),
          ...words,
          sh`echo
[ "$#" -gt 0 ] || exit 0
${memory ? stamps(sh`"$@"`) : sh`:`}
echo
if command -v ${tool} >/dev/null; then ${tool} -- "$@"; exit; fi
for path; do
  if [ -f "$path" ]; then openssl dgst ${`-${algorithm}`} -r <"$path" | { read -r hex _ && printf '%s  %s\\n' "$hex" "$path"; }
  else head -c 0 -- "$path"; fi
done`,
        ],
        '\n',
      )
    },
    read({ stdout, stderr }, paths, _mark, alone) {
      const text = stdout.toString('utf8')
      const end = text.indexOf('\n')
      const words = text.slice(0, end).split(' ')
      const blank = text.indexOf('\n\n', end) < 0 ? end : text.indexOf('\n\n', end)
      const found = stampsIn(text.slice(end + 1, blank))
      let rest = text.slice(blank + 2)
      let read = -1
      const answers = paths.map((path, index): Answer<string | undefined> | null => {
        const word = words[index] ?? ''
        if (word === 'o') return cannotLook(path, 'it is not a regular file')
        if (word.startsWith('k')) return word.slice(1)
        read += 1
        const hex = /^\\?([0-9a-f]+) /i.exec(rest.slice(0, LONGEST))?.[1] ?? ''
        const line = spellings(hex, path).find((spelling) => rest.startsWith(spelling))
        if (hex.length !== DIGEST_DIGITS[algorithm] || line === undefined) return null
        rest = rest.slice(line.length)
        return hex.toLowerCase()
      })
      const failed = answers.filter((answer) => answer === null).length
      if (memory && failed === 0 && found.length === read + 1) remember(paths, words, answers, found)
      const missing = alone ? lonely(paths[0] ?? '', stderr, tool) : absentOrAlone(failed, stderr)
      return answers.map((answer) => (answer === null ? missing : answer))
    },
  }

  function remember(
    paths: readonly string[],
    words: readonly string[],
    answers: readonly unknown[],
    found: readonly (string | undefined)[],
  ): void {
    let read = 0
    for (const [index, path] of paths.entries()) {
      if (words[index] !== 'f') continue
      const [stamp, hex] = [found[read], answers[index]]
      read += 1
      if (stamp !== undefined && typeof hex === 'string') memory?.keep(path, algorithm, { stamp, hex })
    }
  }
}

/**
 * Reads the stamps of all files at once, and takes them one by one as they are compared. So that no line is another
 * file's, a folder stands for what is no file, and none counts if there was trouble.
 */
const nowOf = (paths: readonly string[]): Command => sh`${joined(
  paths.map((path) => sh`if [ -f ${path} ]; then set -- "$@" ${path}; else set -- "$@" /; fi`),
  '\n',
)}
stamps=$(TZ=UTC0 stat -L -c ${STAMP} -- "$@" 2>/dev/null) || stamps=
set --
compare() {
  line=\${stamps%%"
"*}
  stamps=\${stamps#*"
"}
  [ "$line" = "$1" ]
}`

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
