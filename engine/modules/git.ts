import type { Reader } from '../host/reader.ts'
import { sh, type Command } from '../host/shell.ts'
import { defineModule } from '../module/define.ts'
import { flag, path, text, whole } from '../schema/field.ts'
import { cloneCommand, updateCommand, withAccess } from './_git-steps.ts'
import { lookAbove, makeAbove } from './_parents.ts'
import { named, refusal } from './_refuse.ts'

const WORD = /^[^\s\0-][^\s\0]*$/

export const git = defineModule({
  name: 'git',
  summary: 'Clones a git repository on the host, or brings a clone to a version.',
  notes:
    'The version is a branch, a tag or a whole commit; HEAD is the default branch of the server. Without `update` a clone that is there is left alone; without `clone` none is made. Files that somebody changed are given up only with `force`. The host needs git; what it asks the server is asked in check mode, too.',
  args: {
    repo: text({ pattern: /^[^\s\0-][^\0\n]*$/, aliases: ['name'], help: 'The URL or path of the repository.' }),
    dest: path({ help: 'The folder of the clone.' }),
    version: text({ default: 'HEAD', pattern: WORD, help: 'A branch, a tag or a commit.' }),
    remote: text({ default: 'origin', pattern: WORD, help: 'The name of the remote.' }),
    refspec: text({ optional: true, pattern: WORD, help: 'What is fetched besides.' }),
    force: flag({ default: false, help: 'Give up what was changed in the clone.' }),
    update: flag({ default: true, help: 'Fetch what is new.' }),
    clone: flag({ default: true, help: 'Make the clone when it is not there.' }),
    depth: whole({ optional: true, help: 'So many commits of history, and no more.' }),
    single_branch: flag({ default: false, help: 'Clone only the branch that is asked for.' }),
    bare: flag({ default: false, help: 'A repository without files.' }),
    recursive: flag({ default: true, help: 'Submodules, too.' }),
    track_submodules: flag({ default: false, help: 'Bring submodules to the newest commit of their branches.' }),
    accept_hostkey: flag({ default: false, help: 'Take whatever key the server shows over ssh.' }),
    accept_newhostkey: flag({ default: false, help: 'Take the key of a server that is not known yet.' }),
    key_file: path({ optional: true, help: 'A private key on the host for ssh.' }),
    ssh_opts: text({ optional: true, help: 'More options for ssh.' }),
    umask: text({ optional: true, pattern: /^0?[0-7]{3}$/, help: 'The umask under which files are made.' }),
    executable: path({ optional: true, help: 'Another git.' }),
    verify_commit: flag({ default: false, help: 'Check the signature of the commit.' }),
    reference: text({ optional: true, pattern: WORD, help: 'A repository on the host to borrow from.' }),
    separate_git_dir: path({ optional: true, help: 'Not supported.' }),
    archive: path({ optional: true, help: 'Not supported.' }),
    archive_prefix: text({ optional: true, help: 'Not supported.' }),
    gpg_allowlist: text({ optional: true, aliases: ['gpg_whitelist'], help: 'Not supported.' }),
  },
  examples: [
    {
      title: 'A tag',
      args: { repo: 'https://github.com/ansible/ansible.git', dest: '/opt/ansible', version: 'v2.16.0' },
    },
    {
      title: 'Only the newest commit',
      args: { repo: 'https://github.com/ansible/ansible.git', dest: '/opt/ansible', depth: 1 },
    },
  ],

  rule({ depth, separate_git_dir, archive, gpg_allowlist, accept_hostkey, accept_newhostkey }) {
    if (separate_git_dir !== undefined || archive !== undefined || gpg_allowlist !== undefined)
      return 'separate_git_dir, archive and gpg_allowlist are not supported'
    if (accept_hostkey && accept_newhostkey) return 'give accept_hostkey or accept_newhostkey, not both'
    return depth !== undefined && depth < 1 ? 'depth must be at least 1' : undefined
  },

  async probe(args, reader) {
    const { dest, bare } = args
    const [tool, entry, mark, above] = await Promise.all([
      args.executable === undefined
        ? reader.tool('git')
        : reader.stat(args.executable).then((found) => found && args.executable),
      reader.stat(dest),
      reader.stat(bare ? `${dest}/HEAD` : `${dest}/.git`),
      lookAbove(dest, reader),
    ])
    const there = mark !== undefined
    const full = entry?.kind === 'dir' && !there && ((await reader.children(dest)) ?? []).length > 0
    if (tool === undefined && there) throw refusal('the host has no git', 'install it first')
    const seen = tool === undefined ? NOTHING : await look(args, there, reader)
    return { tool: tool ?? null, there, kind: entry?.kind ?? 'absent', full, ...above, ...seen }
  },

  want(args, now) {
    if (!now.there) return args.clone ? { there: true } : {}
    return {
      ...(now.url !== null && { url: args.repo }),
      ...(args.update && now.wanted !== null && { commit: now.wanted }),
      ...(args.force && { dirty: false }),
    }
  },

  apply(args, now, want) {
    const { dest } = args
    if (now.tool === null) throw refusal('the host has no git', 'install it first')
    if (!now.there && now.kind !== 'absent' && now.kind !== 'dir')
      throw refusal(`${dest} is ${named(now.kind)}, not a folder`)
    if (!now.there && now.full) throw refusal(`${dest} is a folder with something in it, and no clone`, 'move it away')
    if (now.there && now.dirty && !args.force && want.commit !== undefined && want.commit !== now.commit)
      throw refusal(`somebody changed files in ${dest}`, 'force: true gives the changes up')
    const git = args.executable ?? 'git'
    if (!now.there)
      return [
        ...makeAbove(now),
        {
          kind: 'run',
          label: `clone ${args.repo} to ${dest}`,
          command: cloneCommand(args, git),
          effects: [
            { effect: 'dir', path: dest },
            { effect: args.bare ? 'file' : 'dir', path: `${dest}/${args.bare ? 'HEAD' : '.git'}`, content: null },
          ],
        },
      ]
    return [
      {
        kind: 'run',
        label: `bring ${dest} to ${args.version}`,
        command: updateCommand(args, git),
        effects: [{ effect: 'dir', path: dest }],
      },
    ]
  },

  result: ({ force: _ }, now, after) => ({
    before: now.there ? now.commit : null,
    after: after.commit,
    remote_url_changed: now.there && now.url !== null && now.url !== after.url,
  }),
})

const NOTHING = { commit: null, wanted: null, url: null, dirty: false } as {
  readonly commit: string | null
  readonly wanted: string | null
  readonly url: string | null
  readonly dirty: boolean
}

type Args = Parameters<typeof withAccess>[0]

/** What the clone is at, and what it would be brought to. */
async function look(args: Args, there: boolean, reader: Reader): Promise<typeof NOTHING> {
  if (!there) return NOTHING
  const git = args.executable ?? 'git'
  const { code, stdout, stderr } = await reader.ask(withAccess(args, question(args, git)))
  if (code !== 0)
    throw refusal(
      `git cannot tell what ${args.dest} is: ${stderr.trim().split('\n').at(-1) ?? ''}`,
      'is it a clone, and may its user look into it?',
    )
  const field = (name: string): string | null => new RegExp(`^${name} (.+)$`, 'm').exec(stdout)?.[1] ?? null
  if (args.update && field('wanted') === null)
    throw refusal(`${args.repo} has no version ${args.version}`, stderr.trim().split('\n').at(-1))
  return { commit: field('commit'), wanted: field('wanted'), url: field('url'), dirty: field('dirty') === 'yes' }
}

function question({ dest, repo, version, remote, update, bare }: Args, git: string): Command {
  const isCommit = /^[0-9a-f]{40}$/.test(version)
  const server = isCommit
    ? sh`echo wanted ${version}`
    : sh`${git} ls-remote -- ${repo} ${[version, `refs/heads/${version}`, `refs/tags/${version}`, `refs/tags/${version}^{}`]} >"$list" || exit
wanted= rank=0
while read -r hex name; do
  case $name in ${version}) now=1 ;; ${`refs/tags/${version}`}) now=2 ;; ${`refs/tags/${version}^{}`}) now=3 ;; ${`refs/heads/${version}`}) now=4 ;; *) now=0 ;; esac
  [ "$now" -le "$rank" ] || { rank=$now wanted=$hex; }
done <"$list"
[ -n "$wanted" ] || wanted=$(${git} rev-parse -q --verify ${`${version}^{commit}`} 2>/dev/null)
[ -z "$wanted" ] || echo "wanted $wanted"`
  return sh`cd -- ${dest} && list=$(mktemp) || exit
trap 'rm -f -- "$list"' 0
commit=$(${git} rev-parse -q --verify HEAD) && echo "commit $commit"
url=$(${git} config --get ${`remote.${remote}.url`}) && echo "url $url"
${bare ? sh`:` : sh`[ -z "$(${git} status --porcelain -uno)" ] || echo dirty yes`}
${update ? server : sh`:`}
true`
}
