import { sh } from '../shell.ts'
import { absentOr, cannotLook, cutEach, eachCall, type Question } from './question.ts'

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
