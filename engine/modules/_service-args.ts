import type { ArgsOf } from '../schema/field.ts'
import { choice, flag, float, list, path, text, whole } from '../schema/field.ts'

export const serviceFields = {
  name: text({
    optional: true,
    aliases: ['service', 'unit'],
    help: 'The service; of systemd a unit, `.service` may be left out.',
  }),
  state: choice(['started', 'stopped', 'restarted', 'reloaded'], {
    optional: true,
    help: 'What it should be. `restarted` and `reloaded` always act; a service that is not running is started.',
  }),
  enabled: flag({ optional: true, help: 'Whether it starts at boot.' }),
  masked: flag({ optional: true, help: 'Whether systemd refuses to start it at all.' }),
  daemon_reload: flag({
    default: false,
    aliases: ['daemon-reload'],
    help: 'Make systemd read unit files again. Needed only without `name`: of a unit that changed it is done anyway.',
  }),
  daemon_reexec: flag({
    default: false,
    aliases: ['daemon-reexec'],
    help: 'Start systemd itself anew, before all else.',
  }),
  force: flag({ default: false, help: 'Let `enabled` replace links that are in its way.' }),
  no_block: flag({ default: false, help: 'Do not wait until systemd has done it, nor look whether it did.' }),
  scope: choice(['system', 'user', 'global'], { default: 'system', help: 'Only `system` is supported.' }),
  within: float({ default: 30, help: 'Seconds in which a service that was started must be running.' }),
  hold: float({
    default: 2,
    help: 'Seconds for which it must then keep running, without a restart, to count as started.',
  }),
  use: choice(['auto', 'systemd', 'sysv', 'sysvinit', 'service', 'pid'], {
    default: 'auto',
    help: 'What manages services on the host. `auto` asks the host; with neither systemd nor SysV scripts it is `pid`.',
  }),
  arguments: text({ default: '', aliases: ['args'], help: 'Further words for a SysV init script.' }),
  sleep: float({ optional: true, help: 'Seconds between stop and start of a restart, of SysV scripts and `pid`.' }),
  pattern: text({
    optional: true,
    help: 'For SysV scripts without a status command: text in the command line of a process that is the service.',
  }),
  runlevels: list(text({ help: 'A runlevel.' }), {
    optional: true,
    aliases: ['runlevel'],
    help: 'Taken for the sake of existing tasks; the runlevels are those of the init script.',
  }),
  command: text({
    optional: true,
    help: 'For `pid`: the program that is the service, in the foreground, and its arguments.',
  }),
  pidfile: path({ optional: true, help: 'For `pid`: where its pid is kept; /run/NAME.pid by default.' }),
  log: path({
    optional: true,
    help: 'For `pid`: what it prints goes to the end of this file; /var/log/NAME.log by default.',
  }),
  user: text({ optional: true, help: 'For `pid`: who runs it; by default the user in use.' }),
  chdir: path({ default: '/', help: 'For `pid`: the folder it runs in.' }),
  stop_timeout: whole({ default: 90, help: 'For `pid`: seconds it may take to end after TERM.' }),
  kill: flag({
    default: false,
    help: 'For `pid`: end it by KILL when it has not ended by then; else that is a failure.',
  }),
} as const

export type ServiceArgs = ArgsOf<typeof serviceFields>

/** A unit or script by name, never a path, an option or a pattern. */
const NAME = /^[\w@:.\\+][\w@:.\\+-]*$/

export function serviceMistake(args: ServiceArgs): string | undefined {
  const { name, state, enabled, masked, daemon_reload, daemon_reexec, scope, command, user } = args
  if (scope !== 'system') return `scope ${scope} is not supported: only system is`
  if (name === undefined) {
    if (state !== undefined || enabled !== undefined || masked !== undefined) return 'name is required'
    return daemon_reload || daemon_reexec ? undefined : 'name is required, unless it is only about daemon_reload'
  }
  if (!NAME.test(name)) return `"${name}" cannot be the name of a service`
  if (state === undefined && enabled === undefined && masked === undefined && !daemon_reload && !daemon_reexec)
    return 'nothing to do: give state, enabled or masked'
  if (masked && (state === 'started' || state === 'restarted' || state === 'reloaded'))
    return 'a masked service cannot be started'
  if (command?.trim() === '') return 'the command is empty'
  if (user?.startsWith('-')) return `"${user}" cannot be the name of a user`
  return undefined
}

export const wantsRunning = ({ state }: ServiceArgs): boolean =>
  state === 'started' || state === 'restarted' || state === 'reloaded'
