import type { Reader, Unit } from '../../host/reader.ts'
import { blankAccount, type Overlay } from './overlay.ts'
import { unpredictable, type OverlayOptions } from './unpredictable.ts'

type SystemQuestions = Omit<
  Reader,
  'lstat' | 'stat' | 'realpath' | 'readText' | 'readBytes' | 'digest' | 'children' | 'tree' | 'glob' | 'extraction'
>

const UNIT_FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
]

/** Everything of a reader that is not about paths. */
export function systemQuestions(
  base: Reader,
  overlay: Overlay,
  { predictedAnywhere }: OverlayOptions,
): SystemQuestions {
  const { files } = overlay

  /** A unit file or init script that only a step would have made, or would have changed. */
  async function predictedUnitFile(
    name: string,
    manager: Unit['manager'],
  ): Promise<{ made: boolean; unread: boolean }> {
    if (files.empty) return { made: false, unread: false }
    const file = /\.\w+$/.test(name) ? name : `${name}.service`
    const template = file.replace(/@[^.]+\./, '@.')
    const places =
      manager === 'sysv'
        ? [`/etc/init.d/${name}`]
        : UNIT_FOLDERS.flatMap((folder) => [`${folder}/${file}`, `${folder}/${template}`])
    const found = await Promise.all(places.map((place) => files.find(place, true)))
    const changed = found.flatMap(({ entry, predicted }) => (entry?.kind === 'file' && predicted ? [predicted] : []))
    const dropIns = [...files.nodes].flatMap(([path, node]) => (unitOf(path)?.dropIn === file ? [node] : []))
    return { made: changed.length > 0, unread: [...changed, ...dropIns].some((node) => !overlay.hasRead(node)) }
  }

  function isMask(name: string): boolean {
    const node = files.nodes.get(`${UNIT_FOLDERS[0] ?? ''}/${/\.\w+$/.test(name) ? name : `${name}.service`}`)
    return typeof node === 'object' && node.entry.target === '/dev/null'
  }

  /** Units that systemd knows, of which a file would change. */
  async function changedUnits(): Promise<readonly Unit[]> {
    const names = [...files.nodes].flatMap(([path, node]) => (overlay.hasRead(node) ? [] : (unitOf(path)?.unit ?? [])))
    return Promise.all([...new Set(names)].map((name) => base.unit(name)))
  }

  return {
    async tool(...names) {
      const found = await base.tool(...names)
      if (found === undefined && overlay.installs) throw unpredictable(names.join(' or '))
      return found
    },
    async sysctl(key) {
      const real = await base.sysctl(key)
      const value = overlay.sysctls.get(key)
      return value === undefined ? real : { value, writable: real?.writable ?? true }
    },
    serviceManager: () => base.serviceManager(),
    async unitFilesRead() {
      const known = (await changedUnits()).some(
        ({ load, active, enabled }) => load === 'loaded' && (active !== 'inactive' || enabled.startsWith('enabled')),
      )
      return !known && (overlay.reloads || (await base.unitFilesRead()))
    },
    async unit(name) {
      const real = await base.unit(name)
      const made = await predictedUnitFile(name, real.manager)
      const wish =
        overlay.units.get(name) ??
        overlay.units.get(name.replace(/\.service$/, '')) ??
        overlay.units.get(`${name}.service`)
      if (real.load === 'not-found' && !made.made && !wish && overlay.installs) throw unpredictable(`the unit ${name}`)
      // A mask is a link: it goes when something else takes its place.
      const masked = wish?.masked === true ? isMask(name) : wish?.masked
      return predictedUnit(real, { ...made, reloads: overlay.reloads }, wish && { ...wish, masked })
    },
    async account(name) {
      const wish = overlay.accounts.get(name)
      const real = await base.account(name)
      if (wish === undefined) return real
      if (wish === 'absent') return undefined
      return { ...(real ?? blankAccount(name)), ...wish }
    },
    async group(name) {
      const wish = overlay.groups.get(name)
      const real = await base.group(name)
      if (wish === 'absent') return undefined
      if (wish === undefined) return real
      return { ...(real ?? { name, gid: -1, members: [] }), ...wish }
    },
    async package(name) {
      const wish = overlay.packages.get(name)
      if (wish === undefined) return base.package(name)
      if (wish === 'absent') return undefined
      return wish ?? { name, version: (await base.candidate(name)) ?? 'unknown' }
    },
    candidate: (name) => base.candidate(name),
    async mounts() {
      const real = await base.mounts()
      if (overlay.mounts.size === 0) return real
      const kept = real.filter(({ path }) => !overlay.mounts.has(path))
      return [...kept, ...[...overlay.mounts.values()].filter((mount) => mount !== 'absent')]
    },
    async blockDevice(path) {
      if (files.gone(path)) return undefined
      const real = await base.blockDevice(path)
      const wish = overlay.devices.get(path) ?? (real && overlay.devices.get(real.path))
      const mounted = [...overlay.mounts.values()].flatMap((mount) =>
        mount !== 'absent' && (mount.source === path || mount.source === real?.path) ? [mount.path] : [],
      )
      const unmounted = [...overlay.mounts].filter(([, mount]) => mount === 'absent').map(([place]) => place)
      if (!real) return undefined
      const mountpoints = [...new Set([...real.mountpoints.filter((place) => !unmounted.includes(place)), ...mounted])]
      return { ...real, ...(wish && { uuid: 'unknown', ...wish }), mountpoints }
    },
    async superblock(device) {
      const wish = overlay.superblocks.get(device)
      if (!wish) return base.superblock(device)
      const real = overlay.devices.has(device) ? undefined : await base.superblock(device)
      return new Map([...(real ?? []), ...wish])
    },
    async process(pid) {
      if (!overlay.empty) throw unpredictable(`process ${pid}`)
      return base.process(pid)
    },
    async listening() {
      if (!overlay.empty) throw unpredictable('what listens on the host')
      return base.listening()
    },
    tail: (path, lines) => base.tail(path, lines),
    journal: (unit, lines) => base.journal(unit, lines),
    async dial(address, port, options) {
      if (predictedAnywhere()) throw unpredictable(`${address}:${port}`)
      return base.dial(address, port, options)
    },
    async ask(command, options) {
      if (!overlay.empty && !options?.pure) throw unpredictable('the answer of a command')
      return base.ask(command, options)
    },
  }
}

/** The unit whose file a path is, or whose drop-in. */
function unitOf(path: string): { readonly unit: string; readonly dropIn?: string } | undefined {
  const folder = UNIT_FOLDERS.find((one) => path.startsWith(`${one}/`))
  const [, unit, dropIn] = /^([^/]+\.\w+?)(\.d\/[^/]+\.conf)?$/.exec(path.slice((folder?.length ?? 0) + 1)) ?? []
  if (folder === undefined || unit === undefined) return undefined
  return { unit, ...(dropIn !== undefined && { dropIn: unit }) }
}

function predictedUnit(
  real: Unit,
  { made, unread, reloads }: { readonly made: boolean; readonly unread: boolean; readonly reloads: boolean },
  wish: { active?: boolean | undefined; enabled?: boolean | undefined; masked?: boolean | undefined } | undefined,
): Unit {
  const load =
    wish?.masked === true
      ? 'masked'
      : made || (wish && real.load === 'not-found') || (wish?.masked === false && real.load === 'masked')
        ? 'loaded'
        : real.load
  const active = wish?.active === undefined ? real.active : wish.active ? 'active' : 'inactive'
  const known = real.manager === 'systemd' && real.load === 'loaded'
  // What is started for the first time is read then.
  const started = wish?.active === true && real.active === 'inactive'
  const running = real.sub === 'running' || real.sub === 'exited' || real.sub === 'listening' ? real.sub : 'running'
  return {
    ...real,
    load,
    active,
    sub: wish?.active === undefined ? real.sub : wish.active ? running : 'dead',
    enabled: wish?.masked
      ? 'masked'
      : wish?.enabled === undefined
        ? made && real.load === 'not-found'
          ? 'disabled'
          : real.enabled
        : wish.enabled
          ? 'enabled'
          : 'disabled',
    mainPid: wish?.active === false ? 0 : real.mainPid,
    // systemd counts anew after a start that somebody asked for.
    restarts: wish?.active === undefined ? real.restarts : 0,
    needsReload: (unread && known && !started) || (real.needsReload && !reloads),
  }
}
