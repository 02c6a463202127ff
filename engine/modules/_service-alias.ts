import { serviceFields } from './_service-args.ts'

const { name, state, enabled, masked, daemon_reload, daemon_reexec, force, no_block, scope } = serviceFields
const fields = { name, state, enabled, masked, daemon_reload, daemon_reexec, force, no_block, scope } as const

/** Ansible has this module under two names. */
export const systemdAlias = (module: string) => ({
  name: module,
  summary: 'Manages a systemd unit: the `service` module, for systemd alone, with Ansible’s options.',
  args: fields,
  examples: [
    { title: 'Run it now and after every boot', args: { name: 'kafka', state: 'started', enabled: true } },
    { title: 'Read all unit files again', args: { daemon_reload: true } },
  ] as const,
  to: (args: object) => ({ module: 'service', args: { ...args, use: 'systemd' } }),
})
