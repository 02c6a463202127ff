import { posix } from 'node:path'
import { KplayError, type Place } from '../errors.ts'
import type { Reader } from '../host/reader.ts'
import type { ModuleArgs } from '../module/define.ts'
import type { Fields } from '../schema/field.ts'
import { unpredictable } from './overlay/unpredictable.ts'

/** Where paths of a session start. */
interface Starts {
  readonly reader: Reader
  readonly home: string
  readonly folder?: string | undefined
}

/**
 * Paths that begin with `~` or `~user`, and relative ones, made absolute before a module sees them: it quotes them, and
 * no shell of the host would know the first. Throws NOT_FOUND for a user that the host does not have.
 */
export async function expandHomes(
  fields: Fields,
  args: ModuleArgs,
  starts: Starts,
  placeOf: (key: string) => Place,
): Promise<ModuleArgs> {
  const found = Object.entries(fields).flatMap(([key, { type, mayBeRelative }]) => {
    const path = args[key]
    if (type !== 'path' || typeof path !== 'string' || path.startsWith('/')) return []
    return path.startsWith('~') || !mayBeRelative ? [{ key, path }] : []
  })
  if (found.length === 0) return args
  const whole = await Promise.all(
    found.map(async ({ key, path }) => [key, await absolute(path, starts, placeOf(key))] as const),
  )
  return Object.freeze({ ...args, ...Object.fromEntries(whole) })
}

async function absolute(path: string, { reader, home, folder }: Starts, place: Place): Promise<string> {
  const [, user, rest = ''] = /^~([^/]*)(.*)$/s.exec(path) ?? []
  if (user === undefined) return posix.join(folder ?? home, path)
  const start = user === '' ? home : await homeOf(user, reader, place)
  return start === '/' && rest !== '' ? rest : `${start}${rest}`
}

async function homeOf(user: string, reader: Reader, place: Place): Promise<string> {
  const account = await reader.account(user)
  if (account === undefined)
    throw new KplayError('NOT_FOUND', `the host has no user ${user}, so ~${user} leads nowhere`, { place })
  if (!account.home.startsWith('/')) throw unpredictable(`the home of ${user}`)
  return account.home
}
