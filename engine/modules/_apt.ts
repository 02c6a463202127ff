import { joined, sh, type Command } from '../host/shell.ts'
import type { Effect, RunStep } from '../host/step.ts'
import { isAbsent, type Asked, type PackageArgs } from './_package-args.ts'

/** No questions, no pager; needrestart is to list and not to restart what it likes. */
export const QUIET = sh`export DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_MODE=l`

/**
 * apt waits for dpkg's lock by itself since 1.9.11, but never for that of its lists. The names of the locks stand in
 * the message in every language.
 */
const PATIENT = sh`errors=$(mktemp) && trap 'rm -f -- "$errors"' 0 || exit
patient() {
  while :; do
    "$@" 2>"$errors"; code=$?
    cat -- "$errors" >&2
    [ "$code" -ne 0 ] && [ "$left" -gt 0 ] &&
      grep -q -e /var/lib/dpkg/lock -e /var/lib/apt/lists/lock -e /var/cache/apt/archives/lock -- "$errors" || return "$code"
    sleep 2; left=$((left - 2))
  done
}`

const patient = ({ lock_timeout }: PackageArgs): Command => joined([QUIET, PATIENT, sh`left=${lock_timeout}`], '\n')

const options = (args: PackageArgs): readonly string[] => [
  '-y',
  '-q',
  '-o',
  `DPkg::Lock::Timeout=${args.lock_timeout}`,
  ...args.dpkg_options
    .split(',')
    .filter((option) => option !== '')
    .flatMap((option) => ['-o', `Dpkg::Options::=--${option}`]),
]

export const fetchLists = (args: PackageArgs): RunStep => ({
  kind: 'run',
  label: 'apt-get update',
  command: joined([patient(args), sh`patient apt-get ${['-q', 'update']}`], '\n'),
  effects: [],
})

export function installPackages(
  args: PackageArgs,
  asked: readonly Asked[],
  versions: ReadonlyMap<string, string>,
): RunStep {
  const { install_recommends, default_release } = args
  const words = [
    ...options(args),
    ...(install_recommends === undefined ? [] : [`--${install_recommends ? '' : 'no-'}install-recommends`]),
    ...(default_release ? ['-t', default_release] : []),
    ...(args.allow_downgrade ? ['--allow-downgrades'] : []),
    ...(args.allow_unauthenticated ? ['--allow-unauthenticated'] : []),
    ...(args.allow_change_held_packages ? ['--allow-change-held-packages'] : []),
    ...(args.only_upgrade ? ['--only-upgrade'] : []),
    ...(args.fail_on_autoremove ? ['--no-remove'] : []),
    ...(args.autoremove ? ['--auto-remove'] : []),
  ]
  const specs = asked.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`))
  // A name that apt does not know is a pattern to it when it may be one, and would install whatever fits.
  const patterns = asked.filter(({ name }) => /[.+]/.test(name)).map(({ name }) => name)
  const known = sh`for name in ${patterns}; do
  apt-cache show -- "$name" >/dev/null 2>&1 || { echo "E: Unable to locate package $name" >&2; exit 100; }
done`
  return {
    kind: 'run',
    label: `apt-get install ${specs.join(' ')}`,
    command: joined(
      [
        patient(args),
        ...policy(args),
        ...(patterns.length > 0 ? [known] : []),
        sh`patient apt-get ${words} install -- ${specs}`,
      ],
      '\n',
    ),
    effects: asked.map(({ name, version }): Effect => ({
      effect: 'package',
      name,
      version: version?.replaceAll('*', '') ?? versions.get(name) ?? 'unknown',
    })),
  }
}

export function removePackages(args: PackageArgs, names: readonly string[]): RunStep {
  const words = [...options(args), ...(args.autoremove ? ['--auto-remove'] : []), ...(args.purge ? ['--purge'] : [])]
  return {
    kind: 'run',
    label: `apt-get remove ${names.join(' ')}`,
    command: joined([patient(args), ...policy(args), sh`patient apt-get ${words} remove -- ${names}`], '\n'),
    effects: isAbsent(args) ? names.map((name): Effect => ({ effect: 'package', name, version: 'absent' })) : [],
  }
}

/** Whoever has a policy of his own gets it back. */
function policy({ policy_rc_d }: PackageArgs): readonly Command[] {
  if (policy_rc_d === undefined) return []
  return [
    sh`policy=/usr/sbin/policy-rc.d
[ ! -e "$policy" ] || mv -f -- "$policy" "$policy.kplay" || exit
trap 'rm -f -- "$errors" "$policy"; [ ! -e "$policy.kplay" ] || mv -f -- "$policy.kplay" "$policy"' 0
printf '#!/bin/sh\nexit %d\n' ${policy_rc_d} >"$policy" && chmod -- 0755 "$policy" || exit`,
  ]
}
