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
  async function predictedUnitFile(name: string, manager: Unit['manager']): Promise<boolean> {
    if (files.empty) return false
    const file = /\.\w+$/.test(name) ? name : `${name}.service`
    const template = file.replace(/@[^.]+\./, '@.')
    const places =
      manager === 'sysv'
        ? [`/etc/init.d/${name}`]
        : UNIT_FOLDERS.flatMap((folder) => [`${folder}/${file}`, `${folder}/${template}`])
    for (const place of places) {
      const found = await files.find(place, true)
      if (found.entry?.kind === 'file' && found.predicted) return true
    }
    return false
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
    async unit(name) {
      const real = await base.unit(name)
      const made = await predictedUnitFile(name, real.manager)
      const wish =
        overlay.units.get(name) ??
        overlay.units.get(name.replace(/\.service$/, '')) ??
        overlay.units.get(`${name}.service`)
      if (real.load === 'not-found' && !made && !wish && overlay.installs) throw unpredictable(`the unit ${name}`)
      return predictedUnit(real, made, wish)
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

function predictedUnit(
  real: Unit,
  made: boolean,
  wish:
    | { active?: boolean | undefined; enabled?: boolean | undefined; masked?: boolean | undefined; reloaded: boolean }
    | undefined,
): Unit {
  const load =
    wish?.masked === true
      ? 'masked'
      : made || (wish && real.load === 'not-found') || (wish?.masked === false && real.load === 'masked')
        ? 'loaded'
        : real.load
  const active = wish?.active === undefined ? real.active : wish.active ? 'active' : 'inactive'
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
    needsReload: (made && real.load === 'loaded' && !wish?.reloaded) || (real.needsReload && !wish?.reloaded),
  }
}
