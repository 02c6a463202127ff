import { KplayError } from '../errors.ts'
import type { Reader } from '../host/reader.ts'

/**
 * A path of the host that begins with `~` or `~user`, made absolute. For arguments that may also name something on the
 * controller; those that are always paths of the host arrive here absolute.
 */
export async function atHome(path: string, reader: Reader): Promise<string> {
  const [, user, rest = ''] = /^~([^/]*)(.*)$/s.exec(path) ?? []
  if (user === undefined) return path
  if (user !== '') {
    const account = await reader.account(user)
    if (!account) throw new KplayError('REFUSED', `the host has no user ${user}, so ${path} leads nowhere`)
    return `${account.home}${rest}`
  }
  const environment = (await reader.readText('/proc/self/environ')) ?? ''
  const home = /(?:^|\0)HOME=(\/[^\0]*)/.exec(environment)?.[1]
  if (home === undefined) throw new KplayError('CANNOT_LOOK', `the session has no HOME, so ${path} leads nowhere`)
  return `${home.replace(/\/$/, '')}${rest}`
}
