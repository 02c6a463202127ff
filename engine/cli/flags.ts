import type { VaultFlags } from './vault-flags.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'

/** Flags that all commands have which work on hosts, named as Ansible's. */
export interface HostFlags extends VaultFlags {
  readonly inventory: readonly string[]
  readonly limit: readonly string[]
  readonly extraVars: readonly string[]
  readonly listHosts?: true
  readonly check?: true
  readonly diff?: true
  readonly forks?: number
  readonly verbose: number
  readonly output?: 'auto' | 'live' | 'plain' | 'json'
  readonly rolesPath: readonly string[]
  readonly flushCache?: true

  readonly user?: string
  readonly privateKey?: string
  readonly askPass?: true
  readonly connectionPasswordFile?: string
  readonly connection?: string
  readonly timeout?: number
  readonly sshCommonArgs?: string
  readonly sshExtraArgs?: string
  readonly sftpExtraArgs?: string
  readonly scpExtraArgs?: string
  readonly acceptNewHostKeys?: true
  readonly knownHosts: readonly string[]

  readonly become?: true
  readonly becomeMethod?: string
  readonly becomeUser?: string
  readonly askBecomePass?: true
  readonly becomePasswordFile?: string
}

/** What may be given several times and was not. Help would show such a default. */
export const NONE = { inventory: [], limit: [], extraVars: [], rolesPath: [], knownHosts: [] }

export const more = (value: string, all: readonly string[] = []): readonly string[] => [...all, value]
export const moreWords = (value: string, all: readonly string[] = []): readonly string[] => [
  ...all,
  ...value
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean),
]

export function whole(value: string): number {
  if (/^[1-9]\d*$/.test(value)) return Number(value)
  throw new InvalidArgumentError('a whole number above 0 is needed.')
}

export function number(value: string): number {
  if (/^\d+$/.test(value)) return Number(value)
  throw new InvalidArgumentError('a whole number is needed.')
}

/** Which hosts, with which variables. */
export function addHostFlags(command: Command): Command {
  return command
    .optionsGroup('Hosts and variables:')
    .option('-i, --inventory <source>', 'inventory file, folder or list of hosts ("a,b,"); may be repeated', more)
    .option('-l, --limit <pattern>', 'only these hosts; @FILE reads them from a file', more)
    .option('-e, --extra-vars <vars>', 'variables as key=value, YAML, JSON or @FILE; they win over all others', more)
    .option('--list-hosts', 'list the hosts that are meant, run nothing')
}

/** How the work is done and told. */
export function addWorkFlags(command: Command): Command {
  return command
    .optionsGroup('Work and report:')
    .option('-C, --check', 'say what would change, change nothing')
    .option('-D, --diff', 'show the changes')
    .option('-f, --forks <n>', 'hosts worked on at the same time (default 50)', whole)
    .option('-v, --verbose', 'say more; may be repeated', (_: string, level: number) => level + 1, 0)
    .option('--flush-cache', 'forget the facts that former runs have kept')
    .option('--roles-path <folder>', 'a further folder with roles; may be repeated', more)
    .addOption(
      new Option('--output <kind>', 'how to report').choices(['auto', 'live', 'plain', 'json']).default('auto'),
    )
    .addOption(new Option('-M, --module-path <folder>', 'has no effect').hideHelp())
}

/** How hosts are reached. */
export function addConnectionFlags(command: Command): Command {
  return command
    .optionsGroup('Connection:')
    .option('-u, --user <name>', 'log in as this user')
    .option('--private-key <file>', 'log in with this key; also --key-file')
    .option('-k, --ask-pass', 'ask for the login password')
    .option('--connection-password-file <file>', 'read the login password from a file, or from what a program prints')
    .option('-c, --connection <kind>', 'ssh, openssh or local')
    .option('-T, --timeout <seconds>', 'seconds to connect and log in (default 10)', whole)
    .option('--ssh-common-args <words>', 'more words for ssh, such as -o ProxyCommand=…')
    .option('--ssh-extra-args <words>', 'the same')
    .addOption(new Option('--sftp-extra-args <words>', 'has no effect: files travel over ssh').hideHelp())
    .addOption(new Option('--scp-extra-args <words>', 'has no effect: files travel over ssh').hideHelp())
    .option(
      '--accept-new-host-keys',
      'accept and remember the key of a host never seen before; a changed key is always refused',
    )
    .option('--known-hosts <file>', 'a further known_hosts file; may be repeated', more)
}

/** Which user does the work. */
export function addBecomeFlags(command: Command): Command {
  return command
    .optionsGroup('Other users:')
    .option('-b, --become', 'become another user on the hosts')
    .option('--become-method <method>', 'sudo or su')
    .option('--become-user <name>', 'the user to become (default root)')
    .option('-K, --ask-become-pass', 'ask for the password of sudo or su')
    .option('--become-password-file <file>', 'read that password from a file, or from what a program prints')
}
