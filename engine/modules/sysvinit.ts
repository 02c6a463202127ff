import { defineAlias } from '../module/define.ts'
import { flag } from '../schema/field.ts'
import { serviceFields } from './_service-args.ts'

const { name, state, enabled, sleep, pattern, runlevels, arguments: words } = serviceFields

export const sysvinit = defineAlias({
  name: 'sysvinit',
  summary: 'Manages a service by its SysV init script: the `service` module with Ansible’s options.',
  args: {
    name,
    state,
    enabled,
    sleep,
    pattern,
    runlevels,
    arguments: words,
    daemonize: flag({
      default: false,
      help: 'Taken for the sake of existing tasks: a script that stays in the foreground is no trouble.',
    }),
  },
  examples: [{ title: 'Run it now and after every boot', args: { name: 'kafka', state: 'started', enabled: true } }],
  to: ({ daemonize: _, ...args }) => ({ module: 'service', args: { ...args, use: 'sysv' } }),
})
