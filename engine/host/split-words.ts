import { KplayError } from '../errors.ts'

/**
 * Splits a command line as Python's shlex does: white space separates, quotes and backslashes keep words together,
 * and nothing else has a meaning. Throws BAD_ARGS for a quote that is never closed.
 */
export function splitWords(line: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let open = ''
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at)
    const next = line.charAt(at + 1)
    if (open === "'" || open === '"') {
      if (char === open) open = ''
      else if (open === '"' && char === '\\' && (next === '"' || next === '\\')) {
        word = (word ?? '') + next
        at++
      } else word = (word ?? '') + char
    } else if (char === "'" || char === '"') {
      open = char
      word ??= ''
    } else if (char === '\\') {
      if (next === '') throw unclosed(line, 'a backslash stands at its end')
      word = (word ?? '') + next
      at++
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (open) throw unclosed(line, `the quote ${open} is never closed`)
  if (word !== undefined) words.push(word)
  return words
}

const unclosed = (line: string, why: string): KplayError =>
  new KplayError('BAD_ARGS', `cannot split the line into words: ${why}`, {
    hint: `it reads: ${line.slice(0, 200)}`,
  })
