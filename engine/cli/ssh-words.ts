import { spawnSync } from 'node:child_process'
import { KplayError } from '../errors.ts'
import { splitWords } from '../host/split-words.ts'

/** Words for ssh, which ssh itself has looked at. Throws BAD_OPTIONS for what it does not take. */
export function readSshWords(line = ''): readonly string[] {
  const words = splitWords(line)
  if (words.length === 0) return words
  const { error, status, stderr } = spawnSync('ssh', ['-G', ...words, '--', 'any-host.invalid'], { encoding: 'utf8' })
  // Without the program nobody can tell; whoever needs it is told then.
  if (error || status === 0) return words
  const said = stderr.trim().split('\n').at(-1) ?? ''
  throw new KplayError('BAD_OPTIONS', `ssh does not take ${line}`, {
    hint: `it says: ${said}`,
  })
}
