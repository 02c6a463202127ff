import { defineRead } from '../module/define.ts'
import { choice, flag, path } from '../schema/field.ts'
import { access, kinds, permissions } from './_access.ts'

const ALGORITHMS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const

export const stat = defineRead({
  name: 'stat',
  files: true,
  summary: 'Tells what a path is: kind, mode, owner, size, times and digest, under `stat` of the result.',
  notes:
    'The keys are those of Ansible. The digest is read only when it is wanted (`get_checksum`, on by default as in Ansible): set it to false for large files. `mimetype`, `charset` and file attributes are not told.',
  args: {
    path: path({ aliases: ['dest', 'name'], help: 'What to look at.' }),
    follow: flag({ default: false, help: 'Look at what a link points to instead of the link.' }),
    get_checksum: flag({ default: true, help: 'Read the digest of a regular file.' }),
    checksum_algorithm: choice(ALGORITHMS, {
      default: 'sha1',
      aliases: ['checksum', 'checksum_algo'],
      help: 'Which digest.',
    }),
    get_mime: flag({
      default: true,
      help: 'Taken for the sake of existing tasks; nothing comes of it.',
      aliases: ['mime', 'mime_type', 'mime-type'],
    }),
    get_attributes: flag({
      default: true,
      help: 'Taken for the sake of existing tasks; nothing comes of it.',
      aliases: ['attr', 'attributes'],
    }),
  },
  examples: [
    { title: 'See whether a file is there', args: { path: '/etc/kafka/server.properties', get_checksum: false } },
    { title: 'Digest of a file', args: { path: '/etc/hosts', checksum_algorithm: 'sha256' } },
  ],

  async read({ path, follow, get_checksum, checksum_algorithm }, reader) {
    const looked = follow ? reader.stat(path) : reader.lstat(path)
    const [entry, self] = await Promise.all([looked, reader.stat('/proc/self')])
    if (!entry) return { values: { stat: { exists: false } } }
    const source = entry.kind === 'link' ? await reader.realpath(path) : undefined
    const checksum = get_checksum && entry.kind === 'file' ? await reader.digest(path, checksum_algorithm) : undefined
    return {
      values: {
        stat: {
          exists: true,
          path,
          ...kinds(entry),
          ...permissions(entry),
          ...(await access(entry, reader, self)),
          uid: entry.uid,
          gid: entry.gid,
          pw_name: entry.owner,
          gr_name: entry.group,
          size: entry.size,
          mtime: entry.mtime,
          atime: entry.atime,
          ctime: entry.ctime,
          inode: entry.inode,
          dev: entry.device,
          nlink: entry.links,
          ...(checksum !== undefined && { checksum }),
          ...(entry.kind === 'link' && {
            lnk_target: entry.target ?? '',
            ...(source !== undefined && { lnk_source: source }),
          }),
        },
      },
    }
  },
})
