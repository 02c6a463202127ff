import type { Command } from 'commander'
import {
  addBecomeFlags,
  addConnectionFlags,
  addHostFlags,
  addWorkFlags,
  type HostFlags,
  NONE,
  number,
  whole,
} from './flags.ts'
import { EXIT_CODES } from './run.ts'
import { addVaultFlags } from './vault-flags.ts'

/** Flags of `kplay exec`, named as those of ansible. */
export interface ExecFlags extends HostFlags {
  readonly moduleName?: string
  readonly args?: string
  readonly background?: number
  readonly poll?: number
  readonly taskTimeout?: number
  readonly oneLine?: true
  readonly tree?: string
  readonly playbookDir?: string
}

export function addExecCommand(program: Command): void {
  const command = program
    .command('exec')
    .description('run one module on hosts, without a playbook')
    .argument('<pattern>', 'hosts, as in a play')
    .optionsGroup('What to run:')
    .option('-m, --module-name <module>', 'the module (default command)')
    .option('-a, --args <arguments>', 'its arguments: a command line, key=value words, or JSON')
    .option('-B, --background <seconds>', 'let it run without waiting, at most so long', whole)
    .option('-P, --poll <seconds>', 'with -B: how often to ask whether it is done; 0: never (default 15)', number)
    .option('--task-timeout <seconds>', 'end it after so long', whole)
    .option('--playbook-dir <folder>', 'where roles, files and group_vars are looked for (default: here)')
    .option('-o, --one-line', 'each host in one line')
    .option('-t, --tree <folder>', "write each host's result into a file of this folder")
  addHostFlags(command)
  addWorkFlags(command)
  addConnectionFlags(command)
  addBecomeFlags(command)
  addVaultFlags(command)
  command
    .action(async (pattern: string, flags: ExecFlags) => {
      const { execFromCommandLine } = await import('./exec-action.ts')
      process.exitCode = await execFromCommandLine(pattern, { ...NONE, ...flags })
    })
    .addHelpText('after', `\n${EXAMPLES}\n${EXIT_CODES}`)
}

const EXAMPLES = `Examples:
  kplay exec all -m ping
  kplay exec web -a 'uptime'
  kplay exec 'web:!web1' -b -m service -a 'name=nginx state=restarted'
  kplay exec all -m copy -a '{"content": "hello\\n", "dest": "/tmp/hello"}' --check --diff
`
