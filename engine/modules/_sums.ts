import type { Local, Ran, ResultValues } from '../module/define.ts'

/** The digests that a file which was put in place is registered with; null: it is not there, or its bytes are not known. */
export type Sums = { readonly sha1: string | null; readonly md5: string | null }

export async function sumsOf(of: Parameters<Local['digest']>[0] | undefined, local: Local): Promise<Sums> {
  if (!of) return { sha1: null, md5: null }
  const [sha1, md5] = await Promise.all([local.digest(of, 'sha1'), local.digest(of, 'md5')])
  return { sha1, md5 }
}

/** As Ansible registers it: the md5sum of what was sent, the path of what was right already. */
export const summed = ({ place, sha1, md5 }: Sums & { readonly place: string }, ran: readonly Ran[]): ResultValues => ({
  ...(sha1 !== null && { checksum: sha1 }),
  ...(ran.some(({ step }) => step.kind === 'write') ? md5 !== null && { md5sum: md5 } : { path: place }),
})
