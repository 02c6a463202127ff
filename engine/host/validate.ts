import { KplayError } from '../errors.ts'
import { type Command, sh } from './shell.ts'
import { splitWords } from './split-words.ts'

/**
 * The command that checks a file before it is put in place: words as Ansible splits them, and nothing else that a
 * shell does. `%s` in a word becomes the file's path, which `file` gives as one word.
 */
export function validation(text: string, file: Command): Command {
  const words = splitWords(text)
  if (!words.some((word) => word.includes('%s'))) {
    throw new KplayError('BAD_ARGS', `validate has no %s for the file: ${text}`)
  }
  return sh`${words
    .map((word) => word.split('%s').map((part) => sh`${part}`))
    .map((parts) => parts.reduce((all, part) => sh`${all}${file}${part}`))
    .reduce((all, word) => sh`${all} ${word}`)}`
}
