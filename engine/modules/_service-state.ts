import type { Reader, Unit } from '../host/reader.ts'
import { sh } from '../host/shell.ts'
import type { ServiceArgs } from './_service-args.ts'
import { probePid } from './_service-pid.ts'

export type Backend = 'systemd' | 'sysv' | 'pid'

/** A service in words that mean the same under every init system. */
export interface ServiceState {
  readonly [key: string]: string | number | boolean | null
  readonly backend: Backend
  /** What the host itself is managed by; a task may ask for something else. */
  readonly manager: string
  readonly load: string
  readonly state: 'running' | 'stopped' | 'starting' | 'stopping' | 'crash loop' | 'unknown' | 'done'
  /** It runs once and ends: whether it did well is told by the start itself. */
  readonly oneshot: boolean
  /** In systemd's words. */
  readonly detail: string
  readonly enabled: string
  readonly masked: boolean
  /** A unit file of the administrator's where the link would be that masks it. */
  readonly 'in the way of a mask': boolean
  readonly 'unit file read': boolean
  readonly 'main pid': number
  readonly 'restarts by itself': number
  readonly result: string
  readonly started: number
  /** Of a task without a name: whether systemd has not read some unit file again that changed. */
  readonly 'unit files read': boolean
}

const NONE: Unit = {
  manager: 'none',
  load: 'not-found',
  active: 'inactive',
  sub: 'dead',
  enabled: 'disabled',
  mainPid: 0,
  restarts: 0,
  needsReload: false,
  result: 'success',
  exitStatus: 0,
}

export async function probeService(args: ServiceArgs, reader: Reader): Promise<ServiceState> {
  const [manager, unit, own] = await Promise.all([
    reader.serviceManager(),
    args.name === undefined ? NONE : reader.unit(args.name),
    args.name === undefined || args.masked !== true ? undefined : reader.lstat(maskOf(args.name)),
  ])
  const backend = backendOf(args, manager)
  const base = {
    backend,
    manager,
    oneshot: backend === 'systemd' && unit.type === 'oneshot',
    load: unit.load,
    detail: `${unit.active} (${unit.sub})`,
    enabled: unit.enabled,
    masked: unit.load === 'masked',
    'in the way of a mask': own !== undefined && own.target !== '/dev/null',
    'unit file read': !unit.needsReload,
    'unit files read': true,
    'restarts by itself': unit.restarts,
    result: unit.result,
    started: 0,
  }
  if (args.name === undefined)
    return {
      ...base,
      state: 'done',
      'main pid': 0,
      'unit files read': manager !== 'systemd' || (await reader.unitFilesRead()),
    }
  if (backend === 'pid') {
    // A unit without an init system is one that only a prediction made.
    if (unit.active === 'active') return { ...base, state: 'running', 'main pid': unit.mainPid }
    const { running, pid, started } = await probePid(args, reader)
    return { ...base, load: 'loaded', state: running ? 'running' : 'stopped', 'main pid': pid, started }
  }
  const seen =
    backend === 'sysv' && args.pattern !== undefined ? await byPattern(args.pattern, unit, reader) : undefined
  const state = seen ?? stateOf(unit)
  // Whoever wants it stopped asks no more of it than to be inactive.
  return { ...base, state: state === 'done' && args.state === 'stopped' ? 'stopped' : state, 'main pid': unit.mainPid }
}

/** The link that masks a unit. */
export const maskOf = (name: string): string =>
  `/etc/systemd/system/${/\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/.test(name) ? name : `${name}.service`}`

function backendOf({ use, command, state }: ServiceArgs, manager: Unit['manager']): Backend {
  if (use === 'pid') return 'pid'
  if (use === 'systemd') return 'systemd'
  if (use !== 'auto') return use === 'service' && manager === 'systemd' ? 'systemd' : 'sysv'
  if (manager !== 'none') return manager
  // What a task started by its command another one may stop without.
  return command === undefined && state !== 'stopped' ? 'sysv' : 'pid'
}

function stateOf({ active, sub, type, result }: Unit): ServiceState['state'] {
  if (active === 'active' || active === 'reloading' || active === 'refreshing') return 'running'
  if (active === 'activating') return sub.startsWith('auto-restart') ? 'crash loop' : 'starting'
  if (active === 'deactivating') return 'stopping'
  if (active === 'unknown') return 'unknown'
  return type === 'oneshot' && active === 'inactive' && result === 'success' ? 'done' : 'stopped'
}

/** For init scripts that cannot tell: whether some process has the text in its command line. */
async function byPattern(pattern: string, unit: Unit, reader: Reader): Promise<ServiceState['state']> {
  // What a prediction says of the unit is better than what runs now.
  if (unit.mainPid === 0 && unit.active !== 'unknown' && unit.active !== 'inactive') return stateOf(unit)
  const list = sh`for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <"$f" 2>/dev/null; echo; done`
  const { stdout } = await reader.ask(list)
  return stdout.split('\n').some((line) => line.includes(pattern)) ? 'running' : 'stopped'
}
