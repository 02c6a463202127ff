import { readFileSync } from 'node:fs'

/** A process that cannot be mistaken for another one: its id and when it started (proc(5), field 22 of stat). */
export interface Mark {
  readonly pid: number
  readonly start: string
}

export function markOf(pid: number): Mark | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold blanks and parentheses itself: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, start] = [fields[0], fields[19]]
    return start === undefined || state === 'Z' || state === 'X' ? undefined : { pid, start }
  } catch {
    return undefined
  }
}

export const isAlive = (mark: Mark): boolean => markOf(mark.pid)?.start === mark.start

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Ends that very process, if it still runs. */
export function endProcess(mark: Mark): void {
  if (!isAlive(mark)) return
  try {
    process.kill(mark.pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
