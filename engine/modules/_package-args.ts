import type { ArgsOf } from '../schema/field.ts'
import { choice, flag, list, text, whole } from '../schema/field.ts'

export const packageFields = {
  name: list(text({ help: 'A package; `name=1.2-3` and `name=1.2*` ask for a version.' }), {
    default: [],
    aliases: ['pkg', 'package'],
    help: 'The packages.',
  }),
  state: choice(['present', 'absent', 'latest', 'installed', 'removed'], {
    default: 'present',
    help: 'Whether they are installed, and with `latest` whether in the newest version that the lists know.',
  }),
  use: choice(['auto', 'apt'], { default: 'auto', help: 'The package manager; only apt is supported so far.' }),
  update_cache: flag({
    default: false,
    aliases: ['update-cache'],
    help: 'Fetch the package lists before something is installed; alone, fetch them now.',
  }),
  cache_valid_time: whole({
    default: 0,
    help: 'Seconds for which lists that were fetched are new enough; implies `update_cache`.',
  }),
  install_recommends: flag({
    optional: true,
    aliases: ['install-recommends'],
    help: 'Install what a package recommends; by default as apt is set up on the host.',
  }),
  default_release: text({
    optional: true,
    aliases: ['default-release'],
    help: 'The release that packages come from.',
  }),
  purge: flag({ default: false, help: 'With `state: absent`: remove their settings too.' }),
  autoremove: flag({ default: false, help: 'Remove dependencies that nothing needs any more.' }),
  only_upgrade: flag({ default: false, help: 'Leave packages alone that are not installed.' }),
  allow_downgrade: flag({
    default: false,
    aliases: ['allow-downgrade', 'allow_downgrades', 'allow-downgrades'],
    help: 'Let a version that is asked for be older than the one there.',
  }),
  allow_unauthenticated: flag({
    default: false,
    aliases: ['allow-unauthenticated'],
    help: 'Install packages whose origin cannot be proved.',
  }),
  allow_change_held_packages: flag({ default: false, help: 'Change packages that are on hold.' }),
  fail_on_autoremove: flag({ default: false, help: 'Fail when other packages would have to go.' }),
  dpkg_options: text({
    default: 'force-confdef,force-confold',
    help: 'Options for dpkg, with commas between them: by default settings that were changed stay.',
    pattern: /^[a-z0-9,-]*$/,
  }),
  lock_timeout: whole({ default: 60, help: 'Seconds to wait while another process holds a lock of apt or dpkg.' }),
  policy_rc_d: whole({
    optional: true,
    help: 'What policy-rc.d answers meanwhile: 101 keeps services from being started. By default it is left alone.',
  }),
} as const

export type PackageArgs = ArgsOf<typeof packageFields>

export interface Asked {
  readonly name: string
  /** As it was asked for; * stands for anything. */
  readonly version: string | undefined
}

/** Debian's policy (5.6.1), with an architecture, or an RPM's name; never a pattern, an option or apt’s `name-`. */
const NAME = /^[a-zA-Z0-9][\w+.-]*[\w+.](:[a-z0-9-]+)?$/
const VERSION = /^[A-Za-z0-9][A-Za-z0-9.+:~*-]*$/

export const askedOf = ({ name }: Pick<PackageArgs, 'name'>): readonly Asked[] =>
  name.map((spec) => {
    const [, bare = spec, version] = /^([^=]*)=(.*)$/s.exec(spec) ?? []
    return { name: bare.trim(), version: version?.trim() }
  })

export const isAbsent = ({ state }: Pick<PackageArgs, 'state'>): boolean => state === 'absent' || state === 'removed'
export const updates = ({ update_cache, cache_valid_time }: PackageArgs): boolean =>
  update_cache || cache_valid_time > 0

export function packageMistake(args: PackageArgs): string | undefined {
  const asked = askedOf(args)
  if (asked.length === 0 && !updates(args)) return 'nothing to do: give name, or update_cache'
  for (const { name, version } of asked) {
    if (!NAME.test(name)) return `"${name}" cannot be the name of a package`
    if (version !== undefined && !VERSION.test(version)) return `"${version}" cannot be the version of a package`
    if (version !== undefined && isAbsent(args)) return `${name}: a version makes no sense with state ${args.state}`
  }
  const names = asked.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) return `${twice} is given twice`
  if (args.default_release && !/^[\w][\w.:=,/-]*$/.test(args.default_release))
    return `"${args.default_release}" cannot be a release`
  return args.policy_rc_d !== undefined && (args.policy_rc_d < 0 || args.policy_rc_d > 255)
    ? 'policy_rc_d is an exit code'
    : undefined
}
