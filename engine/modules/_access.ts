import type { Entry, Reader } from '../host/reader.ts'

/** Permission bits under Ansible's names. */
export function permissions({ mode }: Entry): Record<string, string | boolean> {
  const bits = Number.parseInt(mode, 8)
  const names = { usr: 6, grp: 3, oth: 0 }
  const each = Object.entries(names).flatMap(([who, shift]) => [
    [`r${who}`, (bits & (4 << shift)) !== 0],
    [`w${who}`, (bits & (2 << shift)) !== 0],
    [`x${who}`, (bits & (1 << shift)) !== 0],
  ])
  return {
    mode,
    ...(Object.fromEntries(each) as Record<string, boolean>),
    isuid: (bits & 0o4000) !== 0,
    isgid: (bits & 0o2000) !== 0,
  }
}

/** What kind of thing it is, under Ansible's names. */
export const kinds = ({ kind }: Entry): Record<string, boolean> => ({
  isreg: kind === 'file',
  isdir: kind === 'dir',
  islnk: kind === 'link',
  isfifo: kind === 'fifo',
  issock: kind === 'socket',
  ischr: kind === 'char',
  isblk: kind === 'block',
})

/**
 * What the user in use may do, by permission bits; access lists are not looked at. Nothing where we cannot tell who
 * we are: a process that looks at /proc/self sees itself, but a host may have no /proc.
 */
export async function access(entry: Entry, reader: Reader, self: Entry | undefined): Promise<Record<string, boolean>> {
  if (!self) return {}
  const bits = Number.parseInt(entry.mode, 8)
  if (self.uid === 0)
    return { readable: true, writeable: true, executable: entry.kind === 'dir' || (bits & 0o111) !== 0 }
  const groups = (await reader.account(self.owner))?.groups ?? []
  const inGroup = self.gid === entry.gid || groups.includes(entry.group)
  const mine = self.uid === entry.uid ? bits >> 6 : inGroup ? bits >> 3 : bits
  return { readable: (mine & 4) !== 0, writeable: (mine & 2) !== 0, executable: (mine & 1) !== 0 }
}
