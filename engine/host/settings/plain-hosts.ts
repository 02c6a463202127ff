import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hostPattern } from './host-pattern.ts'

const SYSTEM = '/etc/ssh/ssh_config'
const SYSTEM_PARTS = '/etc/ssh/ssh_config.d'

export interface PlainHosts {
  /** Whether the files say nothing in particular of a host; never, when they hold something that only ssh itself can decide. */
  readonly isPlain: (host: string) => boolean
  /** All that the files say; undefined when there may be more that counts. */
  readonly text: string | undefined
}

/**
 * Tells which hosts ssh_config files say nothing in particular of: `ssh -G` answers alike for all of them, and at
 * 20 ms a call that matters for a large inventory.
 *
 * @param userFile the user's own ssh_config
 */
export async function readPlainHosts(userFile: string): Promise<PlainHosts> {
  const read = (file: string) => readFile(file, 'utf8').catch(() => '')
  const parts = await readdir(SYSTEM_PARTS).catch((): string[] => [])
  const texts = await Promise.all([userFile, ...parts.map((name) => join(SYSTEM_PARTS, name))].map(read))
  // Debian's file includes exactly the folder that was just read.
  texts.push((await read(SYSTEM)).replace(/^\s*Include\s+\/etc\/ssh\/ssh_config\.d\/\*\.conf\s*$/im, ''))
  const lines = texts
    .join('\n')
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
  // Conditions, other files, and names of files and commands that are made from the host's.
  if (lines.some((line) => /^\s*(match|include|canonical\w*)\b|%[^%]/i.test(line)))
    return { isPlain: () => false, text: undefined }
  const patterns = lines
    .flatMap((line) => /^\s*host[\s=]+(.*)/i.exec(line)?.[1]?.split(/[\s,]+/) ?? [])
    .map((pattern) => pattern.replace(/^"?!?|"$/g, ''))
    .filter((pattern) => pattern !== '*' && pattern !== '')
    .map(hostPattern)
  const text = lines.join('\n')
  // Variables of the environment may be among what is named.
  const isWhole = !text.includes('${')
  return { isPlain: (host) => !patterns.some((pattern) => pattern.test(host)), text: isWhole ? text : undefined }
}
