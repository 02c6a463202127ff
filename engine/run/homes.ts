import { KplayError, type Place } from '../errors.ts'
import type { Reader } from '../host/reader.ts'
import type { ModuleArgs } from '../module/define.ts'
import type { Fields } from '../schema/field.ts'
import { unpredictable } from './overlay/unpredictable.ts'

/**
 * Paths that begin with `~` or `~user`, made absolute before a module sees them: it quotes them, and no shell of the
 * host would. Throws NOT_FOUND for a user that the host does not have.
 */
export async function expandHomes(
  fields: Fields,
  args: ModuleArgs,
  { reader, home }: { readonly reader: Reader; readonly home: string },
  placeOf: (key: string) => Place,
): Promise<ModuleArgs> {
  const homes = Object.entries(fields).flatMap(([key, { type }]) => {
    const [, user, rest = ''] = (type === 'path' && /^~([^/]*)(.*)$/s.exec(String(args[key]))) || []
    return user === undefined ? [] : [{ key, user, rest }]
  })
  if (homes.length === 0) return args
  const expanded = await Promise.all(
    homes.map(async ({ key, user, rest }) => {
      const folder = user === '' ? home : await homeOf(user, reader, placeOf(key))
      return [key, folder === '/' && rest !== '' ? rest : `${folder}${rest}`] as const
    }),
  )
  return Object.freeze({ ...args, ...Object.fromEntries(expanded) })
}

async function homeOf(user: string, reader: Reader, place: Place): Promise<string> {
  const account = await reader.account(user)
  if (account === undefined)
    throw new KplayError('NOT_FOUND', `the host has no user ${user}, so ~${user} leads nowhere`, { place })
  if (!account.home.startsWith('/')) throw unpredictable(`the home of ${user}`)
  return account.home
}
