import { resolveMode } from '../../engine/host/mode.ts'
import type { Effect } from '../../engine/host/step.ts'
import { account, stopped, type Machine } from './fake-machine.ts'
import type { FakeNode } from './fake-files.ts'

type EffectOf<K extends Effect['effect']> = Extract<Effect, { effect: K }>

/** Makes the fake host remember what a step says it leaves behind. */
export function absorb(machine: Machine, effect: Effect): void {
  switch (effect.effect) {
    case 'file':
    case 'dir':
    case 'link':
    case 'hardlink':
    case 'remove':
    case 'attributes':
    case 'move':
      return absorbFile(machine, effect)
    case 'extraction':
      return absorbExtraction(machine, effect)
    case 'unit':
      return absorbUnit(machine, effect)
    case 'mount':
      machine.mounts = machine.mounts.filter(({ path }) => path !== effect.path)
      machine.mounts.push({ ...effect, device: '8:1', root: '/' })
      return
    case 'unmount':
      machine.mounts = machine.mounts.filter(({ path }) => path !== effect.path)
      return
    case 'sysctl':
      machine.sysctls.set(effect.key, { value: effect.value.trim().split(/\s+/).join(' '), writable: true })
      return
    case 'user':
      return absorbUser(machine, effect)
    case 'group': {
      const { name, group } = effect
      if (group === 'absent') return void machine.groups.delete(name)
      const old = machine.groups.get(name) ?? { name, gid: nextId(machine), members: [] }
      return void machine.groups.set(name, { ...old, ...(group.gid !== undefined && { gid: group.gid }) })
    }
    case 'package':
      if (effect.version === 'absent') machine.packages.delete(effect.name)
      else
        machine.packages.set(
          effect.name,
          effect.version === 'unknown' ? (machine.canned.candidates?.[effect.name] ?? '1') : effect.version,
        )
      return
    case 'filesystem': {
      const { device, fstype, label, uuid, superblock = {}, tuned } = effect
      const old = machine.devices.get(device)
      if (old && !tuned) machine.devices.set(device, { ...old, fstype, label, uuid: uuid ?? 'f00d' })
      const values = machine.superblocks.get(device) ?? new Map<string, string>()
      for (const [key, value] of Object.entries(superblock)) values.set(key, value)
      machine.superblocks.set(device, values)
    }
  }
}

function absorbFile(
  machine: Machine,
  given: EffectOf<'file' | 'dir' | 'link' | 'hardlink' | 'remove' | 'attributes' | 'move'>,
): void {
  const { files } = machine
  const effect = 'owner' in given || 'group' in given ? { ...given, ...owned(machine, given) } : given
  if (effect.effect === 'move') return files.move(effect.from, effect.to)
  if (effect.effect === 'remove') return files.remove(effect.path)
  if (effect.effect === 'attributes') {
    const top = files.resolve(effect.path, effect.follow ?? true)
    const below = effect.recurse ? files.below(top).map((name) => `${top}/${name}`) : []
    for (const path of [top, ...below]) {
      const node = files.need(path)
      set(node, { ...effect, ...(effect.mode && { mode: resolveMode(effect.mode, node.mode, node.kind === 'dir') }) })
    }
    return
  }

  const path = files.resolve(effect.path, false)
  const above = files.get(path.replace(/\/[^/]*$/, '') || '/')
  if (above?.kind !== 'dir') throw new Error(`a step writes ${path}, but the folder above it is not there`)
  const old = files.nodes.get(path)
  if (effect.effect === 'hardlink') return void files.nodes.set(path, files.need(files.resolve(effect.target, false)))
  if (effect.effect === 'link') {
    if (old?.kind === 'dir') throw new Error(`a step makes a link of the folder ${path}`)
    return void files.nodes.set(path, files.node('link', { target: effect.target }))
  }
  // A file that a link points to counts as the old one.
  const behind = old?.kind === 'link' ? files.get(path) : undefined
  const led = behind?.kind === 'file' ? behind : old?.kind === 'file' ? old : undefined
  const kept = led && { mode: led.mode, owner: led.owner, group: led.group }
  if (effect.effect === 'dir') {
    if (old && old.kind !== 'dir') throw new Error(`a step makes a folder of the ${old.kind} ${path}`)
    files.nodes.set(path, set(old ?? files.node('dir'), effect))
    return
  }
  if (old?.kind === 'dir') throw new Error(`a step writes over the folder ${path}`)
  const copied = effect.copied === undefined ? undefined : files.get(effect.copied)
  files.nodes.set(
    path,
    set(files.node('file', { ...kept, content: copied === undefined ? effect.content : copied.content }), effect),
  )
}

/** Owner and group as chown takes them: by name or number, and shown by name. */
function owned(
  { accounts, groups }: Machine,
  { owner, group }: { readonly owner?: string | undefined; readonly group?: string | undefined },
): { owner?: string | undefined; group?: string | undefined } {
  const user = [...accounts.values()].find(({ name, uid }) => name === owner || String(uid) === owner)?.name
  const named = [...groups.values()].find(({ name, gid }) => name === group || String(gid) === group)?.name
  if (owner !== undefined && user === undefined && !/^\d+$/.test(owner)) throw new Error(`chown: no user ${owner}`)
  if (group !== undefined && named === undefined && !/^\d+$/.test(group)) throw new Error(`chown: no group ${group}`)
  return { owner: user ?? owner, group: named ?? group }
}

function set(
  node: FakeNode,
  {
    mode,
    owner,
    group,
    mtime,
    atime,
  }:
    | Partial<Pick<FakeNode, 'mode' | 'owner' | 'group' | 'mtime' | 'atime'>>
    | (EffectOf<'attributes' | 'file' | 'dir'> & { mtime?: number | undefined; atime?: number | undefined }),
): FakeNode {
  if (mode !== undefined && node.kind !== 'link') node.mode = mode
  if (owner !== undefined) node.owner = owner
  if (group !== undefined) node.group = group
  if (mtime !== undefined) node.mtime = mtime
  if (atime !== undefined) node.atime = atime
  return node
}

function absorbExtraction({ files, extractions }: Machine, effect: EffectOf<'extraction'>): void {
  const { path, entries, owner, group, stampPath, stamp } = effect
  const at = files.resolve(stampPath, true)
  extractions.set(at, { stamp, entries, damage: [] })
  files.can(at, stamp)
  for (const entry of entries === 'unknown' ? [] : entries) {
    const name = files.resolve(`${path}/${entry.path}`, false)
    files.parents(name)
    if (entry.kind === 'dir' && files.nodes.get(name)?.kind === 'dir') continue
    const node = files.node(entry.kind, { target: entry.target, content: entry.empty ? '' : null })
    files.nodes.set(
      name,
      set(node, { ...(entry.mode && { mode: entry.mode }), ...(owner && { owner }), ...(group && { group }) }),
    )
  }
}

function absorbUnit(
  { units, files, manager }: Machine,
  { name, active, enabled, masked, reloaded }: EffectOf<'unit'>,
): void {
  const known = [name, `${name}.service`, name.replace(/\.service$/, '')].find((key) => units.has(key)) ?? name
  const there =
    files.get(`/etc/systemd/system/${name.includes('.') ? name : `${name}.service`}`) ??
    files.get(`/etc/init.d/${name}`)
  const old = units.get(known) ?? { ...stopped(manager), ...(there && { load: 'loaded' as const }) }
  units.set(known, {
    ...old,
    ...(active === true && { active: 'active', sub: 'running', mainPid: old.mainPid || 4242, restarts: 0 }),
    ...(active === false && { active: 'inactive', sub: 'dead', mainPid: 0 }),
    ...(enabled !== undefined && { enabled: enabled ? 'enabled' : 'disabled' }),
    ...(masked === true && { load: 'masked' as const, enabled: 'masked' }),
    ...(masked === false && { load: 'loaded' as const, enabled: old.enabled === 'masked' ? 'disabled' : old.enabled }),
    ...(reloaded && { needsReload: false }),
  })
}

/** A number that no user and no group has had. */
const nextId = ({ accounts, groups }: Machine): number =>
  1 + Math.max(4000, ...[...accounts.values()].map(({ uid }) => uid), ...[...groups.values()].map(({ gid }) => gid))

function absorbUser(machine: Machine, { name, account: change }: EffectOf<'user'>): void {
  const { accounts, groups } = machine
  if (change === 'absent') return void accounts.delete(name)
  const old = accounts.get(name) ?? account(name, { uid: nextId(machine), gid: nextId(machine) })
  // -1: a number that only the tool will choose.
  const now = { ...old, ...change, gid: change.gid === undefined || change.gid < 0 ? old.gid : change.gid }
  accounts.set(name, now)
  if (![...groups.values()].some(({ gid }) => gid === now.gid)) groups.set(name, { name, gid: now.gid, members: [] })
}
