import { sh, type Command } from '../host/shell.ts'
import { splitWords } from '../host/split-words.ts'
import { defineModule } from '../module/define.ts'
import { flag, list, text } from '../schema/field.ts'
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
import { expandedWord } from './_words.ts'

interface Words {
  readonly cmd: string | undefined
  readonly argv: readonly string[] | undefined
  readonly expand_argument_vars: boolean
}

const wordsOf = ({ cmd, argv }: Words): readonly string[] => argv ?? splitWords(cmd ?? '')

/** `exec`, so that a program of the host runs, never a word that means something to the shell. */
const commandOf = (args: Words): Command => {
  const words = wordsOf(args)
  if (!args.expand_argument_vars) return sh`exec ${words}`
  return words.map(expandedWord).reduce((before, word) => sh`${before} ${word}`, sh`exec`)
}

const labelOf = (args: Words): string => sh`${wordsOf(args)}`.text

export const command = defineModule({
  name: 'command',
  summary: 'Runs a program on the host, without a shell.',
  notes:
    'The line is split into words as Python’s shlex does it; no shell sees it, so `|`, `>`, `;`, `*` and `$(…)` have no meaning. A leading `~` and variables of the host (`$HOME`) are expanded, unless `expand_argument_vars` is off. A task that cannot know whether it changes anything counts as changed: give it `creates` or `removes`, or `read_only` when it only asks.',
  freeForm: 'cmd',
  always: ALWAYS,
  detachable: true,
  args: {
    cmd: text({ optional: true, aliases: ['_raw_params'], help: 'The program and its arguments, as one line.' }),
    argv: list(text({ help: 'A word.' }), { optional: true, help: 'The program and its arguments, as a list.' }),
    ...commandFields,
    expand_argument_vars: flag({ default: true, help: 'Expand `$NAME`, `${NAME}` and a leading `~` in words.' }),
  },
  examples: [
    { title: 'Unpack once', args: { cmd: 'tar -xf /tmp/app.tar -C /opt', creates: '/opt/app/bin' } },
    { title: 'Ask for a version', args: { argv: ['java', '-version'], read_only: true } },
    { title: 'Feed a program', args: { cmd: 'chpasswd -e', stdin: 'kafka:*' } },
  ],

  rule(args) {
    const { cmd, argv } = args
    if (cmd !== undefined && argv !== undefined) return 'give cmd or argv, not both'
    if (cmd === undefined && argv === undefined) return 'nothing to run: give cmd or argv'
    if (argv === undefined && cmd?.trim() === '') return 'the command is empty'
    const [program = ''] = argv ?? [cmd?.trim()]
    return program === '' || program.startsWith('-')
      ? `"${program}" cannot be the name of a program`
      : guardMistake(args)
  },

  probe: probeGuards,
  want: () => ({}),
  must: (_, now) => now['nothing to do'] === null,
  apply: (args) => [commandStep(args, commandOf(args), labelOf(args))],
  failure: (_, ran) => commandFailure(ran),
  result: (args, now, _, ran) => commandResult(args, wordsOf(args), now, ran),

  question: ({ read_only }) => read_only,
  ask: (args, reader, context) => askCommand(args, wordsOf(args), commandOf(args), reader, context),
})
