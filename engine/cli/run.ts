import { type Command, InvalidArgumentError, Option } from 'commander'
import { EXIT } from './exit.ts'

/** Flags of `kplay run`, named as ansible-playbook's. */
export interface RunFlags {
  readonly inventory: readonly string[]
  readonly limit: readonly string[]
  readonly extraVars: readonly string[]
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly rolesPath: readonly string[]
  readonly check?: true
  readonly diff?: true
  readonly forks?: number
  readonly verbose: number
  readonly user?: string
  readonly privateKey?: string
  readonly askPass?: true
  readonly become?: true
  readonly becomeMethod?: string
  readonly becomeUser?: string
  readonly askBecomePass?: true
  readonly connection?: string
  readonly timeout?: number
  readonly acceptNewHostKeys?: true
  readonly knownHosts: readonly string[]
  readonly forceHandlers?: true
  readonly syntaxCheck?: true
  readonly listHosts?: true
  readonly listTasks?: true
  readonly output?: 'auto' | 'live' | 'plain' | 'json'
}

const more = (value: string, all: readonly string[] = []): readonly string[] => [...all, value]
const moreWords = (value: string, all: readonly string[] = []): readonly string[] => [
  ...all,
  ...value
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean),
]

function whole(value: string): number {
  if (/^[1-9]\d*$/.test(value)) return Number(value)
  throw new InvalidArgumentError('a whole number above 0 is needed.')
}

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('run playbooks')
    .argument('<playbook...>', 'playbook files')
    .option('-i, --inventory <source>', 'inventory file, folder or list of hosts ("a,b,"); may be repeated', more)
    .option('-l, --limit <pattern>', 'only these hosts; @FILE reads them from a file', more)
    .option('-e, --extra-vars <vars>', 'variables as key=value, YAML, JSON or @FILE; they win over all others', more)
    .option('-t, --tags <tags>', 'only tasks with one of these tags', moreWords)
    .option('--skip-tags <tags>', 'no tasks with one of these tags', moreWords)
    .option('-C, --check', 'say what would change, change nothing')
    .option('-D, --diff', 'show the changes')
    .option('-f, --forks <n>', 'hosts worked on at the same time (default 50)', whole)
    .option('-v, --verbose', 'say more; may be repeated', (_: string, level: number) => level + 1, 0)
    .option('-u, --user <name>', 'log in as this user')
    .option('--private-key, --key-file <file>', 'log in with this key')
    .option('-k, --ask-pass', 'ask for the login password')
    .option('-c, --connection <kind>', 'ssh, openssh or local')
    .option('-T, --timeout <seconds>', 'seconds to connect and log in (default 10)', whole)
    .option('-b, --become', 'become another user on the hosts')
    .option('--become-method <method>', 'sudo or su')
    .option('--become-user <name>', 'the user to become (default root)')
    .option('-K, --ask-become-pass', 'ask for the password of sudo or su')
    .option(
      '--accept-new-host-keys',
      'accept and remember the key of a host never seen before; a changed key is always refused',
    )
    .option('--known-hosts <file>', 'a further known_hosts file; may be repeated', more)
    .option('--roles-path <folder>', 'a further folder with roles; may be repeated', more)
    .option('--force-handlers', 'run notified handlers also on hosts that failed')
    .option('--syntax-check', 'read everything, run nothing')
    .option('--list-hosts', 'list the hosts of each play, run nothing')
    .option('--list-tasks', 'list the tasks of each play, run nothing')
    .addOption(
      new Option('--output <kind>', 'how to report').choices(['auto', 'live', 'plain', 'json']).default('auto'),
    )
    .passThroughOptions(false)
    .action(async (playbooks: string[], flags: RunFlags) => {
      const { runFromCommandLine } = await import('./run-action.ts')
      process.exitCode = await runFromCommandLine(playbooks, { ...NONE, ...flags, ...aliasKey(flags) })
    })
    .addHelpText(
      'after',
      `\nExit codes: ${EXIT.ok} all well, ${EXIT.hostFailed} a host failed, ${EXIT.unreachable} a host was unreachable, ${EXIT.noStart} kplay could not start, ${EXIT.badInput} bad playbooks or options.`,
    )
}

/** What may be given several times and was not. Help would show such a default. */
const NONE = { inventory: [], limit: [], extraVars: [], tags: [], skipTags: [], rolesPath: [], knownHosts: [] }

/** commander names an option with two long flags after the second one. */
const aliasKey = (flags: object): { privateKey?: string } => {
  const { keyFile } = flags as { keyFile?: string }
  return keyFile === undefined ? {} : { privateKey: keyFile }
}
