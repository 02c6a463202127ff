import type { Command } from 'commander'
import { EXIT } from './exit.ts'
import {
  addBecomeFlags,
  addConnectionFlags,
  addHostFlags,
  addWorkFlags,
  type HostFlags,
  moreWords,
  NONE,
} from './flags.ts'
import { addVaultFlags } from './vault-flags.ts'

/** Flags of `kplay run`, named as ansible-playbook's. */
export interface RunFlags extends HostFlags {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly startAtTask?: string
  readonly step?: true
  readonly forceHandlers?: true
  readonly syntaxCheck?: true
  readonly listTasks?: true
  readonly listTags?: true
}

export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .description('run playbooks')
    .argument('<playbook...>', 'playbook files, run one after the other')
    .passThroughOptions(false)
  addHostFlags(command)
    .optionsGroup('Which tasks:')
    .option('-t, --tags <tags>', 'only tasks with one of these tags', moreWords)
    .option('--skip-tags <tags>', 'no tasks with one of these tags', moreWords)
    .option('--start-at-task <name>', 'begin with the task of this name; * stands for any text')
    .option('--step', 'ask before each task whether to run it')
    .option('--force-handlers', 'run notified handlers also on hosts that failed')
    .option('--syntax-check', 'read everything, run nothing')
    .option('--list-tasks', 'list the tasks of each play, run nothing')
    .option('--list-tags', 'list the tags of each play, run nothing')
  addWorkFlags(command)
  addConnectionFlags(command)
  addBecomeFlags(command)
  addVaultFlags(command)
  command
    .action(async (playbooks: string[], flags: RunFlags) => {
      const { runFromCommandLine } = await import('./run-action.ts')
      process.exitCode = await runFromCommandLine(playbooks, { ...NONE_TAGGED, ...flags })
    })
    .addHelpText('after', `\n${EXIT_CODES}`)
}

const NONE_TAGGED = { ...NONE, tags: [], skipTags: [] }

export const EXIT_CODES = `Exit codes: ${EXIT.ok} all well, ${EXIT.hostFailed} a host failed, ${EXIT.unreachable} a host was unreachable, ${EXIT.noStart} kplay could not start, ${EXIT.badInput} bad playbooks or options.
Long options may be cut short where that is clear. Settings come from ansible.cfg, kplay.yml and the environment (ANSIBLE_*, KPLAY_*).
`
