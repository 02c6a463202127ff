import { KplayError } from '../errors.ts'
import type { Reader } from '../host/reader.ts'

/** What useradd and groupadd accept with some generosity (they know a stricter rule themselves); never an option or a path. */
export const isAccountName = (name: string): boolean => /^[\w.][\w.-]{0,255}\$?$/.test(name) && !/^\.+$/.test(name)

/** Which family of tools changes accounts here. What a predicted package may bring counts as there. */
export async function accountTool(reader: Reader, kind: 'user' | 'group'): Promise<'shadow' | 'busybox' | 'none'> {
  const has = (name: string): Promise<boolean> =>
    reader.tool(name).then(
      (path) => path !== undefined,
      (error: unknown) => {
        if (error instanceof KplayError && error.code === 'UNPREDICTABLE') return true
        throw error
      },
    )
  const [shadow, busybox] = await Promise.all([has(`${kind}add`), has(`add${kind}`)])
  return shadow ? 'shadow' : busybox ? 'busybox' : 'none'
}
