import { KplayError } from '../errors.ts'
import { makeDir } from '../host/actions.ts'
import type { Step } from '../host/step.ts'
import { defineModule, type Local } from '../module/define.ts'
import { choice, flag, path, text } from '../schema/field.ts'
import { editKeys, keyIn, type KeyLine } from './_authorized.ts'
import { early } from './_early.ts'
import { dirname } from './_path.ts'
import { named, refusal } from './_refuse.ts'

export const authorizedKey = defineModule({
  name: 'authorized_key',
  summary: 'Lets a public key log in as a user of the host, or no longer.',
  notes:
    'A key is known by what it is, whatever its options and its comment. A new folder and file belong to the user alone (0700, 0600). `exclusive` removes every other key: give all of them in one task, one a line, not in a loop. A URL is read by the controller.',
  args: {
    user: text({ pattern: /^[^\s\0:/-][^\s\0:/]*$/, help: 'The user of the host.' }),
    key: text({ help: 'One or more public keys, one a line, or the URL of such a text.' }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether it may log in.' }),
    exclusive: flag({ default: false, help: 'Remove all other keys.' }),
    key_options: text({
      optional: true,
      pattern: /^[^\n\0]*$/,
      help: 'Options before the key, such as from="10.0.0.0/8".',
    }),
    comment: text({ optional: true, pattern: /^[^\n\0]*$/, help: 'Another comment than that of the key.' }),
    path: path({
      optional: true,
      help: 'The file; by default .ssh/authorized_keys of the user. %u is the user, %h the home.',
    }),
    manage_dir: flag({ default: true, help: 'Make its folder, for the user alone.' }),
    follow: flag({ default: false, help: 'Taken from Ansible; a link is always followed.' }),
    validate_certs: flag({ default: true, help: 'Taken from Ansible; certificates are always checked.' }),
  },
  examples: [
    {
      title: 'One key',
      args: { user: 'op', key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2kqQJcCfL5yq7mVkJ0B5lq op@example.org' },
    },
    {
      title: 'Another one no longer',
      args: { user: 'op', key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2kqQJcCfL5yq7mVkJ0B5lq', state: 'absent' },
    },
  ],

  rule({ key, state, exclusive }) {
    if (isUrl(key)) return undefined
    const bad = meaningful(key).find((line) => keyIn(line) === undefined)
    if (bad !== undefined) return `this is no public key: ${bad.slice(0, 60)}`
    if (exclusive && state === 'absent') return 'exclusive is for state present'
    return meaningful(key).length === 0 && !exclusive ? 'key is empty' : undefined
  },

  async probe(args, reader) {
    const account = await reader.account(args.user)
    const file = fileOf(args, account?.home)
    const text = early(reader.readText(file))
    const [own, entry, real, folder] = await Promise.all([
      reader.lstat(file),
      reader.stat(file),
      reader.realpath(file),
      reader.stat(dirname(file)),
    ])
    const content = entry?.kind === 'file' ? ((await text) ?? null) : null
    return {
      user: account ? 'present' : 'absent',
      group: account === undefined || account.gid < 0 ? null : String(account.gid),
      place: real ?? file,
      kind: entry?.kind ?? (own ? 'link' : 'absent'),
      folder: folder?.kind ?? 'absent',
      content,
    }
  },

  async want(args, now, local) {
    const keys = (isUrl(args.key) ? await keysAt(args.key, local) : meaningful(args.key)).flatMap(
      (line): KeyLine | KeyLine[] => keyIn(line) ?? [],
    )
    const content = editKeys(now.content ?? '', keys, args)
    if (args.state === 'absent' && (now.kind === 'absent' || now.user === 'absent')) return {}
    return { user: 'present', content }
  },

  apply(args, now, want): Step[] {
    const { place, kind, folder } = now
    if (now.user === 'absent') throw refusal(`the host has no user ${args.user}`, 'the module `user` makes one')
    if (kind !== 'file' && kind !== 'absent' && kind !== 'unknown')
      throw refusal(kind === 'link' ? `${place} is a link to nothing` : `${place} is ${named(kind)}, not a file`)
    const above = dirname(place)
    if (folder === 'absent' && !args.manage_dir) throw refusal(`${above} is not there`, 'manage_dir: true makes it')
    const who = { owner: args.user, group: now.group ?? undefined }
    return [
      ...(folder === 'absent' ? [makeDir(above, { mode: '0700', ...who, parents: false })] : []),
      {
        kind: 'write',
        path: place,
        content: want.content ?? '',
        ...(kind === 'absent' ? { mode: '0600', ...who } : {}),
      },
    ]
  },
  text: ['content'],

  result: ({ user, key, state, exclusive }, { place }) => ({ user, key, state, exclusive, keyfile: place }),
})

const isUrl = (key: string): boolean => /^https?:\/\/\S+$/.test(key.trim())

const meaningful = (text: string): string[] =>
  text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))

async function keysAt(url: string, local: Local): Promise<string[]> {
  const { file } = await local.fetch({ url: url.trim(), timeout: 10, retries: 3 })
  const lines = meaningful(await local.readText(file))
  const bad = lines.find((line) => keyIn(line) === undefined)
  if (lines.length === 0 || bad !== undefined)
    throw new KplayError('DOWNLOAD', `${url.trim()} does not hold public keys: ${(bad ?? 'it is empty').slice(0, 60)}`)
  return lines
}

function fileOf(
  { path, user }: { readonly path: string | undefined; readonly user: string },
  home: string | undefined,
): string {
  const folder = home ?? `/home/${user}`
  return (
    path?.replace(/%([uh%])/g, (_, sign: string) => ({ u: user, h: folder })[sign] ?? '%') ??
    `${folder}/.ssh/authorized_keys`
  )
}
