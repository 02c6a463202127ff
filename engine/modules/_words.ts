import { sh, type Command } from '../host/shell.ts'

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
