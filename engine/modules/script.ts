import { sh, type Command } from '../host/shell.ts'
import { splitWords } from '../host/split-words.ts'
import { defineModule } from '../module/define.ts'
import { flag, text } from '../schema/field.ts'
import { carried } from './_carried.ts'
import { basename } from './_path.ts'
import { refusal } from './_refuse.ts'
import {
  commandFailure,
  commandFields,
  commandResult,
  guardMistake,
  probeGuards,
  type CommandArgs,
} from './_run-command.ts'

const bytesOf = carried<Buffer>()
/** A script travels in one piece with the command that runs it. */
const LARGEST = 4 * 1024 * 1024

const { chdir, creates, removes } = commandFields
/** What `script` shares with `command`, and what it does not let anybody choose. */
const asCommand = <A extends Pick<CommandArgs, 'chdir' | 'creates' | 'removes'>>(args: A): A & CommandArgs => ({
  stdin: undefined,
  stdin_add_newline: true,
  strip_empty_ends: false,
  read_only: false,
  ...args,
})

/** The name of the script, and the rest of the line as it is written. */
function parts(cmd: string): { readonly name: string; readonly rest: string } {
  const [first = ''] = /^\s*(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/s.exec(cmd) ?? []
  return { name: splitWords(first)[0] ?? '', rest: cmd.slice(first.length) }
}

/** The script lives for as long as it runs, in a folder that only its user can look into. */
function commandOf(cmd: string, executable: string | undefined): Command {
  const { name, rest } = parts(cmd)
  const program = executable === undefined ? [] : splitWords(executable)
  return sh`mask=$(umask); umask 077
folder=$(mktemp -d "$HOME/.kplay-script-XXXXXX" 2>/dev/null) || folder=$(mktemp -d "\${TMPDIR:-/tmp}/kplay-script-XXXXXX") || exit
trap 'rm -rf -- "$folder"' 0; trap 'exit 129' 1; trap 'exit 130' 2; trap 'exit 143' 15
script=$folder/${basename(name)}
cat >"$script" && chmod -- 0700 "$script" || exit
umask "$mask"
/bin/sh -c ${`"$@"${rest}`} sh ${program} "$script" </dev/null`
}

export const script = defineModule({
  name: 'script',
  summary: 'Runs a script of the controller on the host.',
  notes:
    'The file is looked for as `copy` does it, travels to the host and is gone when it has run. What follows its name are arguments, which a shell on the host reads. The first line of the script (`#!`) says what runs it, unless `executable` does. It counts as changed: give it `creates` or `removes`.',
  freeForm: 'cmd',
  always: 'nobody can know what a script does: say so with creates or removes',
  detachable: true,
  args: {
    cmd: text({ aliases: ['_raw_params'], help: 'The script on the controller, and its arguments.' }),
    chdir,
    creates,
    removes,
    executable: text({ optional: true, help: 'The program that runs it, with its options: `python3 -u`.' }),
    decrypt: flag({ default: true, help: 'A script that a vault encrypts is run in clear.' }),
  },
  examples: [
    { title: 'Once', args: { cmd: 'install.sh --prefix /opt', creates: '/opt/bin/app' } },
    { title: 'By another program', args: { cmd: 'report.py', executable: 'python3' } },
  ],

  rule(args) {
    const { name } = parts(args.cmd)
    if (name === '') return 'there is no name of a script'
    return guardMistake(asCommand(args))
  },

  async probe(args, reader, local) {
    await local.find('files', parts(args.cmd).name)
    return probeGuards(asCommand(args), reader)
  },
  async want({ cmd, decrypt }, now, local) {
    if (now['nothing to do'] !== null) return {}
    const found = await local.find('files', parts(cmd).name)
    const place = decrypt ? await local.decrypted(found) : found
    const { size } = await local.file(place)
    if (size > LARGEST)
      throw refusal(
        `${found} is too large for a script: ${size} bytes`,
        'send it with `copy` and run it with `command`',
      )
    return bytesOf.put({}, await local.readBytes(place))
  },
  must: (_, now) => now['nothing to do'] === null,
  apply: ({ cmd, executable, chdir }, _now, want) => [
    {
      kind: 'run',
      label: `script ${cmd}`,
      command: commandOf(cmd, executable),
      stdin: bytesOf.get(want) ?? Buffer.alloc(0),
      chdir,
      effects: [],
      okCodes: 'any',
    },
  ],
  failure: (_, ran) => commandFailure(ran),
  result(args, now, _, ran) {
    const { cmd: __, ...values } = commandResult(asCommand(args), args.cmd, now, ran)
    const why = now['nothing to do']
    return why === null
      ? values
      : { skipped: true, msg: `${why}, matching ${args.creates === undefined ? 'removes' : 'creates'} option` }
  },
})
