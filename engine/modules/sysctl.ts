import { KplayError } from '../errors.ts'
import { makeDir, setSysctl } from '../host/actions.ts'
import { joined } from '../host/shell.ts'
import type { Step } from '../host/step.ts'
import { defineModule, type State, type Wanted } from '../module/define.ts'
import { choice, dict, flag, path, text } from '../schema/field.ts'
import { bootOrder } from './_sysctl-boot.ts'
import { editSysctlFile, readSysctlFile, words } from './_sysctl-file.ts'
import { fileOf, goalOf, goalsOf, isLowered, mistakeIn, type Goal } from './_sysctl-goals.ts'

const live = (key: string): string => `live ${key}`
const saved = (key: string): string => `saved ${key}`
const writable = (key: string): string => `writable ${key}`
const wins = (key: string): string => `wins at boot ${key}`
const known = (now: State, key: string): string | null => {
  const value = now[key]
  return typeof value === 'string' ? value : null
}

export const sysctl = defineModule({
  name: 'sysctl',
  summary: 'Sets kernel parameters, now and for the next boot.',
  notes:
    'Give many keys with `values`, or one as in Ansible with `name` and `value`. Only these keys are applied, each by itself, and no other line of the file is touched; spaces and tabs within a value are the same. With `values` the file is a drop-in of its own, /etc/sysctl.d/90-kplay.conf; with `name` it is /etc/sysctl.conf, as in Ansible. A warning tells when another file, read later at boot, sets a key to something else.\n\nA key that the host does not have, or does not let us write, is an error; `skip_unavailable` leaves it out instead and names it. With `floor`, a live value that is higher stays; without it, a value below the one in force is applied, and a warning says so (except below `vm.`, where less is not worse).\n\n`state: absent` takes keys out of the file; the live value stays until the next boot.',
  args: {
    values: dict(text({ help: 'A value.' }), { optional: true, help: 'Keys and their values.' }),
    name: text({ optional: true, aliases: ['key'], help: 'One key, such as vm.swappiness or vm/swappiness.' }),
    value: text({ optional: true, aliases: ['val'], help: 'The value of that one key.' }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether the file has the keys.' }),
    file: path({
      optional: true,
      aliases: ['sysctl_file'],
      help: 'The file that is read at boot: /etc/sysctl.d/90-kplay.conf with `values`, /etc/sysctl.conf with `name`.',
    }),
    persist: flag({ default: true, help: 'Write the file at all.' }),
    reload: flag({ default: true, help: 'Set the live value too.' }),
    sysctl_set: flag({ default: false, help: 'Set the live value even when `reload` is off.' }),
    floor: flag({ default: false, help: 'Leave a live value that is higher; it counts word by word.' }),
    floors: dict(text({ help: 'A value.' }), { optional: true, help: 'Further keys, for which `floor` is on.' }),
    skip_unavailable: flag({
      default: false,
      help: 'Leave out keys that are absent or read-only, as in a container, and name them in a warning.',
    }),
    ignoreerrors: flag({ default: false, help: 'Write keys that the host does not know into the file nevertheless.' }),
  },
  examples: [
    {
      title: 'Tune a broker’s host',
      args: { values: { 'vm.swappiness': '1', 'net.ipv4.tcp_rmem': '4096 65536 2048000' } },
    },
    {
      title: 'At least this much',
      args: { floors: { 'net.core.netdev_max_backlog': '5000' }, skip_unavailable: true },
    },
    { title: 'As in Ansible', args: { name: 'vm.swappiness', value: '1', file: '/etc/sysctl.d/60-kafka.conf' } },
  ],

  rule: mistakeIn,

  async probe(args, reader): Promise<State> {
    const goals = goalsOf(args)
    const file = fileOf(args)
    const watched = args.persist && args.state === 'present'
    const [real, content, folder, order, ...values] = await Promise.all([
      args.persist ? reader.realpath(file) : undefined,
      args.persist ? reader.readText(file) : undefined,
      args.persist ? reader.stat(file.replace(/\/[^/]*$/, '') || '/') : undefined,
      watched ? bootOrder(file, reader) : undefined,
      ...goals.map(({ key }) => reader.sysctl(key)),
    ])
    const lines = new Map(readSysctlFile(content ?? '').map(({ key, value }) => [key, value]))
    const state: Record<string, string | boolean | null> = {
      path: real ?? file,
      text: content ?? null,
      folder: folder !== undefined,
      'read at boot': order?.read ?? true,
    }
    for (const [at, { key }] of goals.entries()) {
      const value = values[at]
      const later = order?.later.get(key)
      state[live(key)] = value ? words(value.value) : null
      state[writable(key)] = value?.writable ?? null
      state[saved(key)] = lines.get(key) ?? null
      state[wins(key)] = later ? `${later.value} (${later.place})` : null
    }
    return state
  },

  want(args, now) {
    const want: Record<string, string | null> = {}
    for (const goal of goalsOf(args)) {
      const { key } = goal
      if (args.state === 'absent') want[saved(key)] = null
      else if (!isSkipped(args, goal, now)) Object.assign(want, wanted(args, goal, now))
    }
    return want
  },

  apply(args, now, want): Step[] {
    const goals = goalsOf(args)
    for (const { key } of goals) refuse(key, now, want)
    const changing = goals.flatMap(({ key }) => {
      const value = want[live(key)]
      return typeof value === 'string' && value !== now[live(key)] ? [{ key, value }] : []
    })
    const edits = new Map(
      goals.flatMap(({ key }) => {
        const value = want[saved(key)]
        return value === undefined || value === now[saved(key)] ? [] : [[key, value as string | null] as const]
      }),
    )
    // Live first: a value the kernel refuses must not be waiting for the next boot.
    return [...(changing.length > 0 ? [setLive(changing)] : []), ...(edits.size > 0 ? save(now, edits) : [])]
  },

  warnings(args, now, want) {
    if (args.state === 'absent') return []
    const goals = goalsOf(args)
    const others = goals.flatMap((goal) => warningsOn(args, goal, now, want))
    const file = fileOf(args)
    const unread = now['read at boot'] === false && goals.some(({ key }) => typeof want[saved(key)] === 'string')
    return unread ? [...others, `${file} is not among the files that this host reads at boot`] : others
  },

  result(args, now, after) {
    const goals = goalsOf(args)
    const boot = goals.filter(({ key }) => known(after, wins(key)) !== null)
    return {
      values: Object.fromEntries(
        goals.map(({ key }) => [key, { live: known(after, live(key)), saved: known(after, saved(key)) }]),
      ),
      file: args.persist ? fileOf(args) : null,
      skipped_keys: goals.filter((goal) => isSkipped(args, goal, now)).map(({ key }) => key),
      wins_at_boot: Object.fromEntries(boot.map(({ key }) => [key, known(after, wins(key))])),
    }
  },
})

type Args = Parameters<typeof mistakeIn>[0]

const setsLive = ({ reload, sysctl_set }: Args): boolean => reload || sysctl_set

function wanted(args: Args, goal: Goal, now: State): Record<string, string> {
  const { key, floor } = goal
  const current = known(now, live(key))
  const target = goalOf(goal, current)
  const kept = known(now, saved(key))
  const unknown = args.ignoreerrors && current === null
  // A floor that the host exceeds by itself needs no line, unless there is one below the floor.
  const needsNoLine = floor && kept === null && target === current && target !== goal.value
  return {
    ...(setsLive(args) && !unknown && { [live(key)]: target }),
    ...(args.persist && !needsNoLine && { [saved(key)]: floor ? goalOf(goal, kept) : target }),
  }
}

function isSkipped(args: Args, goal: Goal, now: State): boolean {
  if (!args.skip_unavailable || args.state === 'absent') return false
  const current = known(now, live(goal.key))
  return current === null || (now[writable(goal.key)] === false && goalOf(goal, current) !== current)
}

function refuse(key: string, now: State, want: Wanted): void {
  const wish = want[live(key)]
  if (wish === undefined || wish === now[live(key)]) return
  const hint = 'where that is so by design, as in a container, set skip_unavailable: true'
  if (now[live(key)] === null)
    throw new KplayError('REFUSED', `this host has no kernel parameter ${key}`, {
      hint: `${hint}; a key of a kernel module appears when the module is loaded`,
    })
  if (now[writable(key)] === false)
    throw new KplayError('REFUSED', `${key} is read-only here: it is ${now[live(key)]}, wanted ${wish}`, { hint })
}

function setLive(changing: readonly { readonly key: string; readonly value: string }[]): Step {
  const steps = changing.map(({ key, value }) => setSysctl(key, value))
  return {
    kind: 'run',
    command: joined(steps.map(({ command }) => command)),
    label: `set ${changing.map(({ key, value }) => `${key} = ${value}`).join(', ')}`,
    effects: steps.flatMap(({ effects }) => effects),
    quick: true,
  }
}

function save(now: State, edits: ReadonlyMap<string, string | null>): Step[] {
  const place = String(now['path'])
  const folder = place.replace(/\/[^/]*$/, '')
  const content = editSysctlFile(known(now, 'text') ?? '', edits)
  const fresh = now['text'] === null
  return [
    ...(now['folder'] === false ? [makeDir(folder, { mode: '0755' })] : []),
    { kind: 'write', path: place, content, ...(fresh && { mode: '0644' }) },
  ]
}

function warningsOn(args: Args, goal: Goal, now: State, want: Wanted): string[] {
  const { key } = goal
  const current = known(now, live(key))
  const wish = want[live(key)]
  const boot = known(now, wins(key))
  if (isSkipped(args, goal, now)) return [`${key} is ${current === null ? 'absent' : 'read-only'} here: skipped`]
  return [
    ...(typeof wish === 'string' && current !== null && isLowered(key, current, wish)
      ? [`${key} is lowered from ${current} to ${wish}`]
      : []),
    ...(typeof want[saved(key)] === 'string' && boot !== null && !boot.startsWith(`${String(want[saved(key)])} (`)
      ? [`${key} will be ${boot.replace(' (', ' at boot (')}: that file is read later than ours`]
      : []),
  ]
}
