import { sh, type Command } from '../host/shell.ts'

export interface GitArgs {
  readonly repo: string
  readonly dest: string
  readonly version: string
  readonly remote: string
  readonly refspec: string | undefined
  readonly force: boolean
  readonly update: boolean
  readonly depth: number | undefined
  readonly single_branch: boolean
  readonly bare: boolean
  readonly recursive: boolean
  readonly track_submodules: boolean
  readonly accept_hostkey: boolean
  readonly accept_newhostkey: boolean
  readonly key_file: string | undefined
  readonly ssh_opts: string | undefined
  readonly umask: string | undefined
  readonly executable: string | undefined
  readonly verify_commit: boolean
  readonly reference: string | undefined
}

/** How git reaches its server: nothing may ask for a password, as nobody would answer. */
export function withAccess(args: GitArgs, command: Command): Command {
  const { key_file, ssh_opts, accept_hostkey, accept_newhostkey, umask } = args
  const options = [
    '-o BatchMode=yes',
    ...(accept_hostkey
      ? ['-o StrictHostKeyChecking=no']
      : accept_newhostkey
        ? ['-o StrictHostKeyChecking=accept-new']
        : []),
    ...(key_file === undefined ? [] : [sh`-i ${key_file} -o IdentitiesOnly=yes`.text]),
    ...(ssh_opts === undefined ? [] : [ssh_opts]),
  ].join(' ')
  return sh`GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND=${`ssh ${options}`} LC_ALL=C
export GIT_TERMINAL_PROMPT GIT_SSH_COMMAND LC_ALL
${umask === undefined ? sh`` : sh`umask ${umask}`}
${command}`
}

const depthOf = ({ depth }: GitArgs): string[] => (depth === undefined ? [] : [`--depth=${depth}`])
const isCommit = (version: string): boolean => /^[0-9a-f]{40}$/.test(version)

/** A clone that fails half way leaves nothing behind that was not there. */
export function cloneCommand(args: GitArgs, git: string): Command {
  const { repo, dest, version, remote, bare, recursive, reference, single_branch } = args
  // A commit is in no branch that the server would name, so all of its history comes.
  const words = [
    ...(bare ? ['--bare'] : ['--origin', remote]),
    ...(isCommit(version) ? [] : depthOf(args)),
    ...(single_branch ? ['--single-branch'] : []),
    ...(version === 'HEAD' || isCommit(version) ? [] : ['--branch', version]),
    ...(reference === undefined ? [] : ['--reference', reference]),
    ...(recursive && !bare ? ['--recursive'] : []),
  ]
  return withAccess(
    args,
    sh`new=; [ -e ${dest} ] || new=1
${git} clone -q ${words} -- ${repo} ${dest} || { code=$?; [ -z "$new" ] || rm -rf -- ${dest}; exit "$code"; }
cd -- ${dest} || exit
${args.refspec === undefined ? sh`` : sh`${git} fetch -q ${remote} ${args.refspec} || exit`}
${isCommit(version) && !bare ? sh`${git} checkout -q --detach ${version} || exit` : sh``}
${finished(args, git)}`,
  )
}

/** Brings a clone to the version that the server has. */
export function updateCommand(args: GitArgs, git: string): Command {
  const { repo, dest, version, remote, force, bare } = args
  const fetch = bare
    ? sh`${git} fetch -q --force ${depthOf(args)} ${remote} '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*' || exit`
    : isCommit(version)
      ? sh`${git} cat-file -e ${`${version}^{commit}`} 2>/dev/null || ${git} fetch -q --force --tags ${remote} '+refs/heads/*:'${`refs/remotes/${remote}/*`} || exit
${git} cat-file -e ${`${version}^{commit}`} 2>/dev/null || ${git} fetch -q ${remote} ${version} || exit`
      : sh`${git} fetch -q --force ${depthOf(args)} ${version === 'HEAD' ? [] : ['--tags']} ${remote} || exit
# A clone of one branch does not fetch another by itself.
wanted=
for ref in ${version === 'HEAD' ? ['HEAD'] : [`refs/heads/${version}`, `refs/tags/${version}`]}; do
  if ${git} fetch -q --force ${depthOf(args)} ${remote} "+$ref" 2>/dev/null; then
    wanted=$(${git} rev-parse -q --verify 'FETCH_HEAD^{commit}') kind=$ref; break
  fi
done
[ -n "$wanted" ] || wanted=$(${git} rev-parse -q --verify ${`${version}^{commit}`}) || { echo ${`there is no version ${version}`} >&2; exit 1; }`
  const checkout = isCommit(version)
    ? sh`${git} checkout -q ${force ? ['--force'] : []} --detach ${version} || exit`
    : sh`case \${kind-} in
refs/heads/*) branch=\${kind#refs/heads/} ;;
HEAD) branch=$(${git} symbolic-ref -q --short HEAD) || branch= ;;
*) branch= ;;
esac
if [ -n "$branch" ]; then ${git} checkout -q ${force ? ['--force'] : []} -B "$branch" "$wanted" || exit
else ${git} checkout -q ${force ? ['--force'] : []} --detach "$wanted" || exit; fi`
  return withAccess(
    args,
    sh`cd -- ${dest} || exit
${git} remote set-url ${remote} ${repo} 2>/dev/null || ${git} remote add ${remote} ${repo} || exit
${force && !bare ? sh`${git} reset -q --hard || exit` : sh``}
${
  args.update
    ? sh`${fetch}
${args.refspec === undefined ? sh`` : sh`${git} fetch -q ${remote} ${args.refspec} || exit`}
${bare ? sh`` : checkout}`
    : sh``
}
${finished(args, git)}`,
  )
}

const finished = ({ recursive, bare, track_submodules, verify_commit, force }: GitArgs, git: string): Command => sh`${
  recursive && !bare
    ? sh`[ ! -e .gitmodules ] || { ${git} submodule -q sync --recursive && ${git} submodule -q update --init --recursive ${track_submodules ? ['--remote'] : []} ${force ? ['--force'] : []}; } || exit`
    : sh``
}
${verify_commit ? sh`${git} verify-commit HEAD || exit` : sh``}
true`
