import { KplayError } from '../errors.ts'
import { daemonReload } from '../host/actions.ts'
import { sh } from '../host/shell.ts'
import type { Step } from '../host/step.ts'
import { defineModule, type Wanted } from '../module/define.ts'
import { serviceFields, serviceMistake, wantsRunning, type ServiceArgs } from './_service-args.ts'
import { logOf } from './_service-pid.ts'
import { probeService, type ServiceState } from './_service-state.ts'
import { pidVerb, systemdSteps, sysvSteps, type Verb } from './_service-steps.ts'

export const service = defineModule({
  name: 'service',
  summary: 'Starts, stops, restarts, enables or masks a service, and sees that it stays up.',
  notes:
    'Started means running: within `within` seconds, and then for `hold` seconds without a restart. A service that systemd restarts over and over is not started; a failure shows the last lines of its log.\n\nWhile it is watched the host goes on with tasks that only put files in place or look at them. Anything that might build on the service (a command, another service, a wait, the next batch, the end of the run) waits for it, and if it does not keep running its host fails there, as a task `watch: …`. Another service is enabled meanwhile, and only then started. Where something depends on the failure (a rescue, ignore_errors, failed_when, until, any_errors_fatal, max_fail_percentage) nothing goes on meanwhile.\n\nsystemd reads a changed unit file again before the unit is started, stopped or reloaded, and that counts as a change. A unit without an [Install] section (`static`) and one made by a generator count as enabled; a warning says so. A service that the host does not have counts as stopped and disabled.\n\nA host without systemd and without SysV scripts can still run a `command`: it is started in a session of its own, its pid and start time are kept in `pidfile`, and it is stopped by TERM. Nothing starts it at boot, so `enabled: true` is refused there.',
  args: serviceFields,
  examples: [
    { title: 'Run it now and after every boot', args: { name: 'kafka', state: 'started', enabled: true } },
    { title: 'Restart it, and watch it for ten seconds', args: { name: 'zookeeper', state: 'restarted', hold: 10 } },
    {
      title: 'On a host without an init system',
      args: { name: 'agent', state: 'started', command: '/opt/agent/bin/agent --foreground', user: 'agent' },
    },
  ],

  rule: serviceMistake,
  probe: probeService,

  want(args, now) {
    const { enabled, masked, state } = args
    const running = wantsRunning(args)
    const starts = running && (now.state !== 'running' || state !== 'started')
    const want: { -readonly [K in keyof ServiceState]?: ServiceState[K] | undefined } = {}
    if (args.name === undefined) return args.daemon_reload ? { 'unit files read': true } : {}
    if (masked !== undefined) want.masked = masked
    if (enabled !== undefined) want.enabled = enabledAs(enabled, now)
    if (now.backend === 'systemd' && now.load === 'loaded') want['unit file read'] = true
    if (state === undefined || args.no_block) return want
    if (running && !now.oneshot) want.state = 'running'
    if (state === 'stopped') want.state = 'stopped'
    // A counter that moves while we watch is a crash loop.
    if (starts && now.backend === 'systemd' && !now.oneshot) want['restarts by itself'] = 0
    return want
  },

  must: (args, now) => verbOf(args, now) !== undefined || (args.name === undefined && args.daemon_reexec),

  apply(args, now, want): Step[] {
    refuse(args, now, want)
    const isSystemd = now.backend === 'systemd'
    const isUnread = want['unit file read'] === true && !now['unit file read']
    const reloads = isSystemd && (isUnread || args.daemon_reload)
    const verb = verbOf(args, now)
    const enabling =
      typeof want.enabled === 'string' && want.enabled !== now.enabled ? want.enabled === 'enabled' : null
    // For what is no unit of systemd's own it may start another program, and read nothing.
    const reads = !reloads ? 'nobody' : enabling && now.enabled === 'disabled' ? 'enabling' : 'later'
    const systemd = systemdSteps(args, reads)
    const steps: Step[] = []
    if (args.daemon_reexec) steps.push({ kind: 'run', command: sh`systemctl daemon-reexec`, effects: [] })
    if (isSystemd && want.masked !== undefined && want.masked !== now.masked) steps.push(systemd.mask(want.masked))
    const manager = now.backend === 'sysv' ? sysvSteps(args) : systemd
    if (enabling !== null) steps.push(manager.enable(enabling))
    if (reads === 'later') steps.push(isUnread ? systemd.reload() : { ...daemonReload(), readies: true })
    if (verb !== undefined) steps.push(...(now.backend === 'pid' ? pidVerb(args, verb, now) : manager.verb(verb, now)))
    return steps
  },

  settle(args, now) {
    const verb = args.no_block ? undefined : verbOf(args, now)
    const { within, hold } = args
    if (now.oneshot && verb !== 'stop') return undefined
    // Without a start of ours systemd may still be busy with one of its own.
    if (verb === undefined) return wantsRunning(args) ? { within, hold: 0 } : undefined
    // Its unit file may be written once more while it is watched.
    return { within, hold: verb === 'stop' ? 0 : hold, keeps: ['state', 'restarts by itself'] }
  },

  readied: (args) => ({ ...args, daemon_reload: false }),

  service: ({ name, state, no_block, hold }) =>
    name === undefined
      ? undefined
      : { name: name.replace(/\.service$/, ''), anew: state === 'restarted' && !no_block, hold },

  async evidence(args, reader) {
    if (args.name === undefined) return undefined
    const now = await probeService(args, reader)
    const log = now.backend === 'pid' ? await reader.tail(logOf(args), 20) : await reader.journal(args.name, 20)
    const failed = now.result === '' || now.result === 'success' ? '' : `, result: ${now.result}`
    return [`${args.name} is ${now.backend === 'pid' ? now.state : now.detail}${failed}`, log?.trimEnd()]
      .filter(Boolean)
      .join('\n')
  },

  warnings(args, now) {
    const { name = '', enabled, state, arguments: words } = args
    const warnings: string[] = []
    if (now.load === 'not-found' && (state === 'stopped' || enabled === false))
      warnings.push(`the host has no service ${name}: that counts as stopped and disabled`)
    else if (enabled && SELF.includes(now.enabled) && now.backend === 'systemd')
      warnings.push(`${name} is ${now.enabled}: others start it, it cannot be enabled by itself`)
    if (words !== '' && now.backend !== 'sysv') warnings.push('arguments are only for SysV init scripts')
    return warnings
  },

  result(args, _, after) {
    if (args.name === undefined) return {}
    return {
      name: args.name,
      ...(args.state !== undefined && { state: args.state === 'stopped' ? 'stopped' : 'started' }),
      ...(args.enabled !== undefined && { enabled: args.enabled }),
      status: {
        ActiveState: after.detail.replace(/ .*/, ''),
        SubState: after.detail.replace(/.*\(|\).*/g, ''),
        LoadState: after.load,
        UnitFileState: after.enabled,
        MainPID: after['main pid'],
        NRestarts: after['restarts by itself'],
      },
    }
  },
})

/** Unit file states in which systemctl cannot enable, and need not. */
const SELF = ['static', 'generated', 'indirect', 'alias', 'transient']

function enabledAs(enabled: boolean, now: ServiceState): string | undefined {
  if (enabled) return SELF.includes(now.enabled) ? undefined : 'enabled'
  return now.enabled === 'enabled' || now.enabled === 'enabled-runtime' ? 'disabled' : undefined
}

/** What has to be done with the process itself. */
function verbOf(args: ServiceArgs, now: ServiceState): Verb | undefined {
  const { state } = args
  if (args.name === undefined || state === undefined) return undefined
  if (state === 'stopped') return now.state === 'stopped' ? undefined : 'stop'
  if (state === 'started') return now.state === 'running' ? undefined : 'start'
  if (state === 'restarted') return 'restart'
  return now.state === 'running' ? 'reload' : 'start'
}

function refuse(args: ServiceArgs, now: ServiceState, want: Wanted<ServiceState>): void {
  const { name = '', enabled, masked } = args
  const no = (message: string, hint: string): never => {
    throw new KplayError('REFUSED', message, { hint })
  }
  const needed = wantsRunning(args) || enabled === true
  if ((now.backend === 'systemd' && now.manager !== 'systemd') || (now.backend === 'sysv' && now.manager === 'systemd'))
    no(`this host is not managed by ${args.use}: it has ${now.manager}`, 'leave `use` out')
  if (now.backend === 'pid') {
    if (enabled)
      no(`${name} cannot be enabled: nothing starts services at boot here`, 'leave `enabled` out on this host')
    if (masked !== undefined) no(`${name} cannot be masked: this host has no systemd`, 'leave `masked` out')
    if (wantsRunning(args) && args.command === undefined)
      no(`${name} cannot be started without an init system`, 'give the `command` that runs it in the foreground')
    return
  }
  if (masked !== undefined && now.backend === 'sysv')
    no(`${name} cannot be masked: this host has no systemd`, 'leave `masked` out')
  if (want.masked === true && !now.masked && now['in the way of a mask'])
    no(`${name} cannot be masked: its unit file is where the link would be`, 'move it to /usr/local/lib/systemd/system')
  if ((args.daemon_reexec || (name === '' && args.daemon_reload)) && now.manager !== 'systemd')
    no('this host has no systemd', 'leave daemon_reload and daemon_reexec out')
  if (now.load === 'not-found' && needed) {
    if (now.manager === 'none')
      no(`${name} cannot be started: this host has neither systemd nor init scripts`, 'give the `command` that runs it')
    no(
      `the host has no service ${name}`,
      now.backend === 'systemd' ? 'systemctl list-unit-files lists those it has' : 'it would be in /etc/init.d',
    )
  }
  if (now.masked && masked !== false && (needed || want.state === 'running'))
    no(`${name} is masked: somebody forbade to start it`, 'allow it with masked: false')
}
