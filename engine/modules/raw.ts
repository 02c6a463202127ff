import { sh } from '../host/shell.ts'
import { defineModule } from '../module/define.ts'
import { text } from '../schema/field.ts'

export const raw = defineModule({
  name: 'raw',
  summary: 'Runs a line on the host as it is, by the shell of the login.',
  notes:
    'kplay needs nothing but a shell on the host for any of its modules, so there is no need for it; playbooks that prepare hosts for Ansible have it. Its output is not trimmed.',
  freeForm: 'cmd',
  always: 'nobody can know what a command does: use command or shell with creates, removes or read_only',
  detachable: true,
  args: {
    cmd: text({ aliases: ['_raw_params'], help: 'What is run.' }),
    executable: text({ optional: true, help: 'The shell that runs it, with -c.' }),
  },
  examples: [{ title: 'Look around', args: { cmd: 'uptime' } }],
  rule: ({ cmd }) => (cmd.trim() === '' ? 'the command is empty' : undefined),
  probe: async () => ({}),
  want: () => ({}),
  must: () => true,
  apply: ({ cmd, executable = '/bin/sh' }) => [
    { kind: 'run', command: sh`exec ${executable} -c ${cmd}`, label: cmd, effects: [], okCodes: 'any' },
  ],
  failure: (_, ran) => ((ran.at(-1)?.code ?? 0) === 0 ? undefined : 'non-zero return code'),
  result(_args, _now, _after, [ran]) {
    if (!ran) return {}
    const { code, stdout, stderr } = ran
    return { rc: code ?? -1, stdout, stderr, ...(code !== 0 && { msg: 'non-zero return code' }) }
  },
})
