import { daemonReload } from '../host/actions.ts'
import { joined, sh, type Command } from '../host/shell.ts'
import type { RunStep } from '../host/step.ts'
import type { ServiceArgs } from './_service-args.ts'
import { pause, reloadByPid, startByPid, stopByPid } from './_service-pid.ts'
import { maskOf, type ServiceState } from './_service-state.ts'

export type Verb = 'start' | 'stop' | 'restart' | 'reload'

const ACTIVE: Readonly<Record<Verb, boolean>> = { start: true, stop: false, restart: true, reload: true }

/** What brings a service from one state to another, under each init system. */
export interface ServiceSteps {
  verb(verb: Verb, now: ServiceState): readonly RunStep[]
  enable(enabled: boolean): RunStep
}

/**
 * `reads`: who reads the unit files again, where that is to be done: enabling does so in any case. `later`: a step of its
 * own behind what is enabled or masked, which need not see to that as well.
 */
export function systemdSteps(
  args: ServiceArgs,
  reads: 'enabling' | 'later' | 'nobody',
): ServiceSteps & { mask(masked: boolean): RunStep; reload(): RunStep } {
  const name = args.name ?? ''
  const quietly = reads === 'nobody' ? [] : ['--no-reload']
  const reload = { ...daemonReload(name), readies: true }
  return {
    verb(verb, now) {
      const block = args.no_block ? ['--no-block'] : []
      // What is about to die again may be alive just now, and then start would do nothing.
      const word = verb === 'start' && now.state === 'crash loop' ? 'restart' : verb
      const act = sh`systemctl ${[...block, word]} -- ${name}`
      // Failures of the past would count towards the start limit, and hide those of the future.
      const failed = now['restarts by itself'] > 0 || now.detail.startsWith('failed') || now.state === 'crash loop'
      const forget = sh`systemctl reset-failed -- ${name} 2>/dev/null; `
      return [
        {
          kind: 'run',
          label: `systemctl ${[...block, word, name].join(' ')}`,
          command: failed && verb !== 'stop' ? sh`${forget}${act}` : act,
          effects: [{ effect: 'unit', name, active: ACTIVE[verb] }],
        },
      ]
    },
    enable: (enabled) => ({
      kind: 'run',
      command: sh`systemctl ${[enabled ? 'enable' : 'disable', ...(reads === 'enabling' ? [] : quietly), ...(args.force ? ['--force'] : [])]} -- ${name}`,
      effects: [{ effect: 'unit', name, enabled }, ...(reads === 'enabling' ? reload.effects : [])],
      readies: enabled,
    }),
    mask: (masked) => ({
      kind: 'run',
      command: sh`systemctl ${[masked ? 'mask' : 'unmask', ...quietly]} -- ${name}`,
      effects: [
        { effect: 'unit', name, masked },
        masked ? { effect: 'link', path: maskOf(name), target: '/dev/null' } : { effect: 'remove', path: maskOf(name) },
      ],
    }),
    reload: () => reload,
  }
}

export function sysvSteps(args: ServiceArgs): ServiceSteps {
  const name = args.name ?? ''
  const more = args.arguments === '' ? [] : args.arguments.trim().split(/\s+/)
  const script = (verb: Verb): Command =>
    sh`if command -v service >/dev/null; then service ${[name, verb, ...more]}; else ${[`/etc/init.d/${name}`, verb, ...more]}; fi`
  return {
    verb(verb) {
      const between = pause(args.sleep)
      const split = verb === 'restart' && between.length > 0
      return [
        {
          kind: 'run',
          label: `service ${[name, verb, ...more].join(' ')}`,
          command: split ? joined([script('stop'), ...between, script('start')], '\n') : script(verb),
          effects: [{ effect: 'unit', name, active: ACTIVE[verb] }],
        },
      ]
    },
    enable(enabled) {
      const debian = enabled
        ? sh`update-rc.d ${name} defaults && update-rc.d ${name} enable`
        : sh`update-rc.d ${name} disable`
      const redhat = enabled ? sh`chkconfig --add ${name} && chkconfig ${name} on` : sh`chkconfig ${name} off`
      return {
        kind: 'run',
        label: `${enabled ? 'enable' : 'disable'} ${name} at boot`,
        command: sh`if command -v update-rc.d >/dev/null; then ${debian}
elif command -v chkconfig >/dev/null; then ${redhat}
else echo 'neither update-rc.d nor chkconfig is there to do it' >&2; exit 127; fi`,
        effects: [{ effect: 'unit', name, enabled }],
      }
    },
  }
}

export function pidVerb(args: ServiceArgs, verb: Verb, now: ServiceState): readonly RunStep[] {
  const process = { running: now.state === 'running', pid: now['main pid'], started: now.started }
  const rest = pause(args.sleep).map((command): RunStep => ({ kind: 'run', command, effects: [] }))
  if (verb === 'reload') return [reloadByPid(args, process)]
  return [
    ...(process.running && verb !== 'start' ? [stopByPid(args, process)] : []),
    ...(verb === 'restart' && process.running ? rest : []),
    ...(verb === 'stop' ? [] : [startByPid(args)]),
  ]
}
