import { KplayError } from '../errors.ts'
import type { Reader } from '../host/reader.ts'
import { defineModule, type Local } from '../module/define.ts'
import { flag, path, text } from '../schema/field.ts'
import { ansibleFields, attributeFields, attributesWanted, unsupported } from './_attributes.ts'
import { atHome } from './_home.ts'
import { join } from './_path.ts'
import { pattern, patternMistake } from './_pattern.ts'
import { asText, placeSteps, probePlaced } from './_placed.ts'
import { refusal } from './_refuse.ts'

export const assemble = defineModule({
  name: 'assemble',
  files: true,
  summary: 'Puts a file together from the files of a folder, in the order of their names.',
  notes:
    'The folder is on the host, or with `remote_src: false` on the controller, where it is looked for as `copy` does it. Folders in it are left out. Every fragment ends with a line end.',
  args: {
    src: text({ pattern: /^[^\0]+$/, help: 'The folder with the fragments.' }),
    dest: path({ help: 'The file that is made of them.' }),
    remote_src: flag({ default: true, help: 'The folder is on the host; when false, on the controller.' }),
    regexp: text({ optional: true, help: 'Only files in whose name this pattern matches.' }),
    delimiter: text({ optional: true, help: 'A line between two fragments; \\n in it is a line end.' }),
    ignore_hidden: flag({ default: false, help: 'Leave out files whose names begin with a dot.' }),
    backup: flag({ default: false, help: 'Keep the old file beside the new one.' }),
    validate: text({
      optional: true,
      help: 'A command that judges the text before it is put in place; %s is the file with it.',
    }),
    decrypt: flag({ default: true, help: 'Taken from Ansible; fragments that a vault encrypts are put in decrypted.' }),
    ...attributeFields,
    ...ansibleFields,
  },
  examples: [
    { title: 'From fragments on the host', args: { src: '/etc/app/conf.d', dest: '/etc/app/app.conf' } },
    {
      title: 'With a line between them, and judged',
      args: {
        src: '/etc/ssh/conf.d',
        dest: '/etc/ssh/sshd_config',
        delimiter: '### next ###',
        validate: 'sshd -t -f %s',
      },
    },
  ],

  rule({ src, remote_src, regexp, mode }) {
    const mistake = patternMistake(regexp)
    if (mistake !== undefined) return `regexp is no regular expression: ${mistake}`
    if (mode === 'preserve') return 'mode: preserve has no meaning here'
    return remote_src && !/^[/~]/.test(src) ? 'src must be an absolute path, unless remote_src is false' : undefined
  },

  async probe(args, reader, local) {
    const [placed, assembled] = await Promise.all([
      probePlaced({ ...args, follow: false }, '', reader),
      assembledFrom(args, args.remote_src ? await hostFolder(args.src, reader) : await localFolder(args, local)),
    ])
    return { ...placed, assembled }
  },
  want(args, now) {
    if (now.assembled === null) return { kind: 'file', assembled: '' }
    return {
      kind: 'file',
      content: now.assembled,
      ...attributesWanted(args, now.kind === 'file' ? now.mode : undefined),
    }
  },
  apply(args, now, want) {
    if (now.assembled === null)
      throw refusal(`there is no folder ${args.src}`, 'remote_src: false looks on the controller')
    return placeSteps(now, {
      content: now.assembled,
      same: now.content === now.assembled,
      make: false,
      backup: args.backup,
      validate: args.validate,
      mode: want.mode ?? undefined,
      owner: want.owner ?? undefined,
      group: want.group ?? undefined,
    })
  },
  text: ['content'],

  warnings: (args) => unsupported(args),
  result: ({ src }, _now, { place, mode, owner, group, uid, gid, size }, ran) => ({
    src,
    dest: place,
    state: 'file',
    ...{ mode, owner, group, uid, gid, size },
    backup_file: ran.map(({ backup }) => backup).find((one) => one !== undefined),
    msg: 'OK',
  }),
})

interface Folder {
  readonly names: readonly string[]
  read(name: string): Promise<Buffer | undefined>
}

async function hostFolder(src: string, reader: Reader): Promise<Folder | undefined> {
  const top = await atHome(src, reader)
  const names = (await reader.stat(top))?.kind === 'dir' ? await reader.children(top) : undefined
  return (
    names && {
      names,
      async read(name) {
        const path = join(top, name)
        return (await reader.stat(path))?.kind === 'file' ? reader.readBytes(path) : undefined
      },
    }
  )
}

async function localFolder(
  { src, decrypt }: { readonly src: string; readonly decrypt: boolean },
  local: Local,
): Promise<Folder> {
  const top = await local.find('files', src)
  const tree = await local.tree(top)
  if (!tree) throw new KplayError('REFUSED', `${top} on the controller is no folder`)
  const names = tree.filter(({ path, kind }) => !path.includes('/') && kind !== 'dir').map(({ path }) => path)
  return {
    names,
    read: async (name) => local.readBytes(decrypt ? await local.decrypted(join(top, name)) : join(top, name)),
  }
}

interface Rules {
  readonly src: string
  readonly regexp: string | undefined
  readonly delimiter: string | undefined
  readonly ignore_hidden: boolean
}

/** The whole text; null when there is no such folder. */
async function assembledFrom(
  { src, regexp, delimiter, ignore_hidden }: Rules,
  folder: Folder | undefined,
): Promise<string | null> {
  if (!folder) return null
  const wanted = folder.names
    .filter((name) => (regexp === undefined || pattern(regexp).test(name)) && !(ignore_hidden && name.startsWith('.')))
    .sort()
  const fragments = await Promise.all(
    wanted.map(async (name) => {
      const bytes = await folder.read(name)
      const fragment = bytes && asText(bytes)
      if (fragment === null) throw refusal(`${join(src, name)} is no text`, 'leave it out with regexp')
      return fragment === undefined ? [] : [fragment]
    }),
  )
  const line = delimiter?.replace(/\\([nt\\])/g, (_, sign: string) => ({ n: '\n', t: '\t' })[sign] ?? sign)
  const between = line === undefined || line === '' ? '' : line.endsWith('\n') ? line : `${line}\n`
  return fragments
    .flat()
    .reduce(
      (before, fragment, at) =>
        at === 0 ? fragment : `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${between}${fragment}`,
      '',
    )
}
