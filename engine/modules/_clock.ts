import type { Reader } from '../host/reader.ts'
import { sh } from '../host/shell.ts'

/** Seconds since 1970 by the host's own clock, with which its files are stamped. */
export async function hostTime(reader: Reader): Promise<number> {
  const { stdout } = await reader.ask(sh`date +%s`, { pure: true })
  return Number(stdout.trim())
}
