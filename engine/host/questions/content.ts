import { joined, sh } from '../shell.ts'
import { apart, canBeTold } from './apart.ts'
import { ALONE, absentOr, type Answer, cannotLook, cutEach, eachCall, type Question } from './question.ts'

/** Exit codes by which a script says that a path is no regular file, and that its file is among those at the beginning. */
const NO_FILE = 71
const AMONG = 72

export interface ContentSubject {
  readonly path: string
  /** Bytes that it may have. */
  readonly limit: number
}

/** The bytes of regular files, links followed. One process for all that are there and may have as many bytes. */
export const contentQuestion: Question<ContentSubject, Buffer | undefined> = {
  name: 'content',
  limit: ({ limit }) => limit + 4096,
  // The environment that the session began with.
  lasting: ({ path }) => path === '/proc/self/environ',
  // A device or a pipe could keep us for ever. What is missing is left to head, which says why.
  script: (subjects, mark) => {
    const limit = commonLimit(subjects)
    const together = subjects.filter((subject) => subject.limit === limit && canBeTold(subject.path))
    const among = together.map(
      ({ path }, index) =>
        sh`among${index}=; if [ -f ${path} ] && [ -r ${path} ]; then among${index}=1; set -- "$@" ${path}; fi`,
    )
    const named = ({ path, limit }: ContentSubject) => sh`show ${path} ${limit + 1}`
    return eachCall(
      mark,
      sh`show() {
  [ "$all\${3:-}" != 11 ] || return ${AMONG}
  if [ -e "$1" ] && [ ! -f "$1" ]; then return ${NO_FILE}; fi
  head -c "$2" -- "$1"
}
set --
${joined(among, '\n')}
all=; [ "$#" -lt 2 ] || all=1`,
      [
        sh`[ -z "$all" ] || head -v -c ${limit + 1} -- "$@"`,
        ...subjects.map((subject) => {
          const index = together.indexOf(subject)
          return index < 0 ? named(subject) : sh`${named(subject)} "$among${index}"`
        }),
      ],
    )
  },
  read: (section, subjects, mark) => {
    const [first, ...parts] = cutEach(section, mark)
    const among = subjects.flatMap(({ path }, index) => (parts[index]?.code === AMONG ? [path] : []))
    const contents = first?.code === 0 ? apart(first.stdout, among) : undefined
    return subjects.map(({ path, limit }, index): Answer<Buffer | undefined> => {
      const part = parts[index]
      if (!part) return cannotLook(path, 'the answer broke off')
      if (part.code === NO_FILE) return cannotLook(path, 'it is not a regular file')
      if (part.code !== AMONG && part.code !== 0) return absentOr(path, part.stderr)
      const bytes = part.code === AMONG ? contents?.get(path) : part.stdout
      if (bytes === undefined) return ALONE
      return bytes.length > limit ? cannotLook(path, `it has more than ${limit} bytes`) : bytes
    })
  },
}

/** The limit that most of them have. */
function commonLimit(subjects: readonly ContentSubject[]): number {
  const counts = new Map<number, number>()
  for (const { limit } of subjects) counts.set(limit, (counts.get(limit) ?? 0) + 1)
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? 0
}
