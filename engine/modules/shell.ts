import { sh, type Command } from '../host/shell.ts'
import { defineModule } from '../module/define.ts'
import { path, text } from '../schema/field.ts'
import {
  ALWAYS,
  askCommand,
  commandFailure,
  commandFields,
  commandResult,
  commandStep,
  guardMistake,
  probeGuards,
} from './_run-command.ts'

const commandOf = ({ executable, cmd }: { executable: string; cmd: string }): Command =>
  sh`exec ${executable} -c ${cmd}`

export const shell = defineModule({
  name: 'shell',
  summary: 'Runs a line or script in a shell on the host.',
  notes:
    'Use `command` where no shell is needed: here every value that is put into the text is read by the shell, so quote it with the `quote` filter. With `/bin/sh` the code is that of the last command of a pipe; where that matters use `executable: /bin/bash` and `set -o pipefail`.',
  freeForm: 'cmd',
  always: ALWAYS,
  detachable: true,
  args: {
    cmd: text({ aliases: ['_raw_params'], help: 'What the shell runs.' }),
    ...commandFields,
    executable: path({ default: '/bin/sh', help: 'The shell; it gets the text with -c.' }),
  },
  examples: [
    { title: 'Use a pipe', args: { cmd: 'ps -e | wc -l', read_only: true } },
    {
      title: 'Use bash',
      args: { cmd: 'set -o pipefail; curl -fsS http://localhost/ | tee /tmp/page', executable: '/bin/bash' },
    },
  ],

  rule: (args) => (args.cmd.trim() === '' ? 'the command is empty' : guardMistake(args)),

  probe: probeGuards,
  want: () => ({}),
  must: (_, now) => now['nothing to do'] === null,
  apply: (args) => [commandStep(args, commandOf(args), args.cmd)],
  failure: (_, ran) => commandFailure(ran),
  result: (args, now, _, ran) => commandResult(args, args.cmd, now, ran),

  question: ({ read_only }) => read_only,
  ask: (args, reader, context) => askCommand(args, args.cmd, commandOf(args), reader, context),
})
