import type { Step } from '../host/step.ts'
import { defineModule } from '../module/define.ts'
import { fetchLists, installPackages, removePackages } from './_apt.ts'
import { askedOf, isAbsent, packageFields, packageMistake, updates } from './_package-args.ts'
import { candidate, fetchesFirst, installed, probePackages, version, wantedPackages } from './_package-state.ts'
import { refusal } from './_refuse.ts'

export const packageModule = defineModule({
  name: 'package',
  summary: 'Installs, upgrades or removes packages of the distribution.',
  notes:
    'Only apt is supported so far; other package managers are named in the error. Nothing is asked: settings that somebody changed stay as they are. While another process holds a lock of apt or dpkg it waits (`lock_timeout`). Names are those of real packages, not virtual ones. `latest` together with lists that are too old (`update_cache`) cannot know whether there is something newer, and so counts as changed.',
  args: packageFields,
  examples: [
    {
      title: 'Install some packages',
      args: { name: ['curl', 'xfsprogs'], update_cache: true, cache_valid_time: 3600 },
    },
    { title: 'A certain version', args: { name: ['chrony=4.6*'] } },
    { title: 'Remove one with its settings', args: { name: ['telnetd'], state: 'absent', purge: true } },
  ],

  rule: packageMistake,
  probe: probePackages,
  want: wantedPackages,
  must: (args, now) => now['lists are old'] === true && (askedOf(args).length === 0 || fetchesFirst(args, now)),

  apply(args, now, want): Step[] {
    if (now['manager'] !== 'apt') {
      const found =
        now['manager'] === 'none'
          ? 'this host has no package manager that is known'
          : `${String(now['manager'])} is not supported yet`
      throw refusal(found, 'install it with `command`, with `creates`')
    }
    const asked = askedOf(args)
    const differs = (key: string): boolean => want[key] !== undefined && want[key] !== now[key]
    const open = asked.filter(
      ({ name }) => fetchesFirst(args, now) || differs(installed(name)) || differs(version(name)),
    )
    if (isAbsent(args))
      return [
        removePackages(
          args,
          open.map(({ name }) => name),
        ),
      ]
    const versions = new Map(
      open.flatMap(({ name }) => {
        const newest = now[candidate(name)]
        return typeof newest === 'string' ? [[name, newest] as const] : []
      }),
    )
    const wanted = open.filter(({ name }) => want[installed(name)] !== undefined)
    return [
      ...(updates(args) && now['lists are old'] === true ? [fetchLists(args)] : []),
      ...(wanted.length > 0 ? [installPackages(args, wanted, versions)] : []),
    ]
  },

  warnings(args, now) {
    if (isAbsent(args) || now['manager'] !== 'apt' || now['lists are old'] === true) return []
    return askedOf(args)
      .filter(({ name }) => now[installed(name)] === 'absent' && now[candidate(name)] === null)
      .map(({ name }) => `apt knows no package ${name}: its lists are old (update_cache), or it is only a virtual name`)
  },

  result(args, now, after, ran) {
    const last = ran.at(-1)
    return {
      packages: Object.fromEntries(askedOf(args).map(({ name }) => [name, after[version(name)] ?? null])),
      cache_updated:
        ran.some(({ step }) => step.label === 'apt-get update') || (ran.length === 0 && now['lists are old'] === true),
      ...(last && { stdout: last.stdout, stderr: last.stderr }),
    }
  },
})
