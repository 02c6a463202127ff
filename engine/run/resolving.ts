import { KplayError, KplayErrors, type ErrorCode } from '../errors.ts'
import { shortName } from '../read/short-name.ts'

/** What goes wrong in a template itself; that it rests on a prediction is another matter. */
const OF_TEMPLATES = new Set<ErrorCode>(['UNDEFINED', 'EVALUATION', 'NOT_FOUND'])

/**
 * Renders arguments of a module. What fails there remembers for which of them, as results tell it: playbooks search
 * them for Ansible's words. @param argument by its name; undefined: all of them, which are one template
 */
export function resolving<T>(action: string, argument: string | undefined, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof KplayError) || error instanceof KplayErrors || !OF_TEMPLATES.has(error.code)) throw error
    const { code, message, hint, place, cause } = error
    const name = shortName(action)
    const finalization = `Finalization of task args for '${name.includes('.') ? name : `ansible.builtin.${name}`}' failed`
    const during =
      argument === undefined ? finalization : `${finalization}: Error while resolving value for '${argument}'`
    throw new KplayError(code, message, { hint, place, cause, during })
  }
}

/** Why a task came to no answer, for its result. */
export function whyUnresolved({ code, message, during }: KplayError): string {
  if (during === undefined) return message
  return `${during}: ${code === 'EVALUATION' ? 'Error rendering template: ' : ''}${message}`
}
