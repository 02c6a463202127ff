import { KplayError } from '../../errors.ts'
import type { Entry } from '../../host/reader.ts'
import type { Overlay } from './overlay.ts'

interface Given {
  readonly owner?: string | undefined
  readonly group?: string | undefined
}

/**
 * What a path shows of its owner and group once a step has given it to them, by name or number. A name that nobody has
 * fails here as it will on the host, unless something predicted, a package or a command, may yet bring it.
 */
export async function ownersOf(overlay: Overlay, { owner, group }: Given): Promise<Partial<Entry>> {
  const [uid, gid] = await Promise.all([
    owner === undefined ? undefined : numberOf(owner, 'user', overlay),
    group === undefined ? undefined : numberOf(group, 'group', overlay),
  ])
  return {
    ...(owner !== undefined && { owner: uid === 0 ? 'root' : owner, uid: uid ?? -1 }),
    ...(group !== undefined && { group: gid === 0 ? 'root' : group, gid: gid ?? -1 }),
  }
}

async function numberOf(name: string, what: 'user' | 'group', overlay: Overlay): Promise<number | undefined> {
  if (/^\d+$/.test(name)) return Number(name)
  const found = await (what === 'user' ? accountOf(name, overlay) : groupOf(name, overlay)).catch(unanswered)
  if (found) return found.number
  if (overlay.vague) return undefined
  throw new KplayError('COMMAND_FAILED', `there is no ${what} ${name} to own anything`, {
    hint: `make the ${what} in a task before this one, or correct the name`,
  })
}

/** A user or group that there is or will be; its number, once that is known. */
interface Found {
  readonly number?: number | undefined
}

async function accountOf(name: string, { accounts, base }: Overlay): Promise<Found | undefined> {
  const wish = accounts.get(name)
  if (wish === 'absent') return undefined
  const real = wish?.uid === undefined ? await base.account(name) : undefined
  return (wish ?? real) && { number: wish?.uid ?? real?.uid }
}

async function groupOf(name: string, { groups, base }: Overlay): Promise<Found | undefined> {
  const wish = groups.get(name)
  if (wish === 'absent') return undefined
  const real = wish?.gid === undefined ? await base.group(name) : undefined
  return wish || real ? { number: wish?.gid ?? real?.gid } : undefined
}

/** Who may not read the databases cannot say that a name is missing. */
function unanswered(error: unknown): Found {
  if (error instanceof KplayError && error.code === 'CANNOT_LOOK') return {}
  throw error
}
