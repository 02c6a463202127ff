import { KplayError } from '../errors.ts'
import type { TaskInfo } from '../events.ts'
import { titleOf } from '../report/task-lines.ts'
import { askTerminal } from './ask.ts'

/**
 * Asks before each task whether to run it: no is the answer to nothing, after continue nothing more is asked. Throws
 * BAD_OPTIONS where there is nobody to ask.
 */
export function stepping(ask: typeof askTerminal = askTerminal): (task: TaskInfo) => Promise<boolean> {
  let asking = true
  return async (task) => {
    if (!asking) return true
    const answer = await ask(`run ${titleOf(task)}? (N)o/(y)es/(c)ontinue: `, { echo: true })
    if (answer === undefined)
      throw new KplayError('BAD_OPTIONS', 'there is no terminal to ask on', { hint: 'leave --step away' })
    if (/^c(ontinue)?$/i.test(answer.trim())) asking = false
    return /^(?:y(?:es)?|c(?:ontinue)?)$/i.test(answer.trim())
  }
}
