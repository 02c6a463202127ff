import { KplayError } from '../errors.ts'
import { type Command, sh } from './shell.ts'

/**
 * The command that checks a file before it is put in place: words as a POSIX shell would split them, and nothing else
 * that a shell does. `%s` in a word becomes the file's path, which `file` gives as one word.
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

/** Words by the quoting rules of sh: '…', "…" and backslash. Throws BAD_ARGS for a quote that is not closed. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  const piece = /\s+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)|([^])/gy
  let word: string | undefined
  for (const [all, single, double, backslashed, plain, broken] of text.matchAll(piece)) {
    if (broken !== undefined) throw new KplayError('BAD_ARGS', `a quote is not closed in: ${text}`)
    if (/^\s/.test(all)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      const text = single ?? double?.replace(/\\(["\\$`\n])/g, (_, char: string) => (char === '\n' ? '' : char))
      word = (word ?? '') + (text ?? backslashed ?? plain ?? '')
    }
  }
  return word === undefined ? words : [...words, word]
}
