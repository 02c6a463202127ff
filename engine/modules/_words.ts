import { KplayError } from '../errors.ts'
import { sh, type Command } from '../host/shell.ts'

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
  new KplayError('BAD_ARGS', `cannot split the command into words: ${why}`, {
    hint: `it reads: ${line.slice(0, 200)}`,
  })

/** A leading ~ or ~user, or a variable as $NAME or ${NAME}: all that is expanded in an argument. */
const EXPANDED = /^~([a-z_][a-z0-9_-]*)?(?=\/|$)\/?|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g

/**
 * One word in which the host expands variables and a leading ~, and nothing else. As in Ansible a variable that is
 * not set stays as it is written.
 */
export function expandedWord(word: string): Command {
  const parts: Command[] = []
  let from = 0
  for (const { 0: all, 1: user, 2: bare, 3: braced, index } of word.matchAll(EXPANDED)) {
    if (index > from) parts.push(sh`${word.slice(from, index)}`)
    from = index + all.length
    // Names of users and variables are plain words, which quoting leaves as they are.
    if (bare) parts.push(sh`"\${${bare}-\\\$${bare}}"`)
    else if (braced) parts.push(sh`"\${${braced}-\\\${${braced}\\}}"`)
    else parts.push(sh`~`, ...(user ? [sh`${user}`] : []), ...(all.endsWith('/') ? [sh`/`] : []))
  }
  if (from < word.length || parts.length === 0) parts.push(sh`${word.slice(from)}`)
  return parts.reduce((before, part) => sh`${before}${part}`)
}
