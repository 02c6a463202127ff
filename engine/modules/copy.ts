import { defineModule, type State } from '../module/define.ts'
import { plainOf } from '../schema/coerce.ts'
import { any, flag, mode, path, text } from '../schema/field.ts'
import { ansibleFields, attributeFields, unsupported } from './_attributes.ts'
import { copySteps, probeCopy, wantCopy, type FileNow } from './_copy-file.ts'
import { sourceOf } from './_copy-source.ts'
import { ENTRIES, probeTree, treeSteps, wantTree } from './_copy-tree.ts'
import { pythonJson } from './_json.ts'
import { basename, join, withoutSlash } from './_path.ts'
import { refusal } from './_refuse.ts'
import { summed } from './_sums.ts'

const plainText = text({ optional: true, help: 'The text of the file. Lists and dicts are written as JSON.' })
const structured = any({ help: '' }).zod.transform((given) => pythonJson(plainOf(given)))

export const copy = defineModule({
  name: 'copy',
  files: true,
  summary: 'Puts a file, a text or a folder from the controller, or from the host itself, in place.',
  notes:
    'A file is compared by content. A folder is copied with all below it; `src: name/` means what is in the folder, `src: name` the folder itself. What else is in the destination stays.',
  args: {
    src: text({
      optional: true,
      pattern: /^[^\0]+$/,
      help: 'File or folder: in `files/` of the role or playbook, or with remote_src a path on the host.',
    }),
    content: { ...plainText, zod: plainText.zod.or(structured) },
    dest: path({ help: 'Where it goes; into a folder, under its own name, when it is one or ends with a slash.' }),
    remote_src: flag({ default: false, help: 'Copy what is on the host itself: src is a path there.' }),
    ...attributeFields,
    directory_mode: mode({ optional: true, help: 'Permissions of folders that are made.' }),
    backup: flag({ default: false, help: 'Keep the old file beside the new one.' }),
    force: flag({
      default: true,
      aliases: ['thirsty'],
      help: 'Replace what is there. When false, only missing files are made.',
    }),
    follow: flag({ default: false, help: 'Write to the file behind a link instead of replacing the link.' }),
    local_follow: flag({ default: true, help: 'Copy what links in the source point to; when false, copy the links.' }),
    checksum: text({ optional: true, pattern: /^[0-9a-fA-F]{40}$/, help: 'The sha1 that the file must have.' }),
    validate: text({
      optional: true,
      help: 'A command that judges the file before it is put in place; %s is the file.',
    }),
    decrypt: flag({ default: true, help: 'Files of the controller that a vault encrypts are copied in clear.' }),
    ...ansibleFields,
  },
  examples: [
    { title: 'A text', args: { content: '1\n', dest: '/data/zookeeper/myid', mode: '0644' } },
    {
      title: 'A file of the role',
      args: { src: 'limits.conf', dest: '/etc/security/limits.d/kafka.conf', owner: 'root', mode: '0644' },
    },
    {
      title: 'On the host itself',
      args: { src: '/etc/hosts', dest: '/etc/hosts.orig', remote_src: true, force: false },
    },
  ],

  rule({ src, content, dest, checksum, remote_src, directory_mode }) {
    if ((src === undefined) === (content === undefined)) return 'give src or content, and not both'
    if (content !== undefined && dest.endsWith('/')) return 'dest must name a file when content is given'
    if (directory_mode === 'preserve') return 'directory_mode: preserve has no meaning'
    if (remote_src && src !== undefined && !/^[/~]/.test(src)) return 'src must be an absolute path with remote_src'
    return checksum !== undefined && src?.endsWith('/') ? 'checksum is for a single file' : undefined
  },

  async probe(args, reader, local): Promise<State> {
    const { src, dest } = args
    if (src === undefined) return probeCopy(args, '', undefined, reader, local)
    const { kind, entries } = await sourceOf({ ...args, src }, reader, local)
    const top = src.endsWith('/') ? withoutSlash(dest) : join(withoutSlash(dest), basename(src))
    if (kind === 'dir') return probeTree(args, top, entries, reader)
    return probeCopy(args, basename(src), entries[0], reader, local)
  },

  want: (args, now, local) => (ENTRIES in now ? wantTree(args, now) : wantCopy(args, now as FileNow, local)),

  apply(args, now, want) {
    if (ENTRIES in now) return treeSteps(args, now, want)
    if (now['kind'] === 'dir' && args.content !== undefined)
      throw refusal(`${args.dest} is a folder`, 'dest must name a file')
    return copySteps(args, now as FileNow, want as State)
  },
  text: ['content'],

  warnings: (args) => unsupported(args),
  result({ src, dest }, now, after, ran) {
    const backup_file = ran.map(({ backup }) => backup).find((one) => one !== undefined)
    if (ENTRIES in now) return { src, dest, backup_file }
    const file = after as FileNow
    const { place, mode, owner, group, uid, gid, size } = file
    const put = { dest: place, state: 'file', mode, owner, group, uid, gid, size }
    return { src, ...put, ...summed(file, ran), backup_file }
  },
})
