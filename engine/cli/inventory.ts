import type { Command } from 'commander'
import { more } from './flags.ts'
import { EXIT_CODES } from './run.ts'
import { addVaultFlags, type VaultFlags } from './vault-flags.ts'

/** Flags of `kplay inventory`, named as those of ansible-inventory. */
export interface InventoryFlags extends VaultFlags {
  readonly inventory?: readonly string[]
  readonly limit?: readonly string[]
  readonly extraVars?: readonly string[]
  readonly playbookDir?: string
  readonly list?: true
  readonly host?: string
  readonly graph?: true
  readonly yaml?: true
  readonly export?: true
  readonly vars?: true
  readonly places?: true
  readonly output?: string
}

export function addInventoryCommand(program: Command): void {
  const command = program
    .command('inventory')
    .description('show the hosts, groups and variables of an inventory')
    .argument('[group]', 'with --graph: the group to begin with (default all)')
    .optionsGroup('What to show:')
    .option('--list', 'all groups and hosts, as an inventory script prints them')
    .option('--host <name>', "one host's variables")
    .option('--graph', 'groups and hosts as a tree')
    .optionsGroup('How to show it:')
    .option('-y, --yaml', 'as YAML instead of JSON')
    .option('--export', 'with --list: each variable where it is defined, not at every host that has it')
    .option('--vars', 'with --graph: variables too')
    .option('--places', 'with --graph: the file and line that name a group or host first')
    .option('--output <file>', 'write into a file')
    .optionsGroup('Hosts and variables:')
    .option('-i, --inventory <source>', 'inventory file, folder or list of hosts ("a,b,"); may be repeated', more)
    .option('-l, --limit <pattern>', 'with --list: only these hosts; @FILE reads them from a file', more)
    .option('-e, --extra-vars <vars>', 'variables as key=value, YAML, JSON or @FILE', more)
    .option('--playbook-dir <folder>', 'its group_vars and host_vars count too')
    .option('-v, --verbose', 'accepted: a listing says all it knows')
  addVaultFlags(command)
  command
    .action(async (group: string | undefined, flags: InventoryFlags) => {
      const { inventoryFromCommandLine } = await import('./inventory-action.ts')
      process.exitCode = await inventoryFromCommandLine(group, flags)
    })
    .addHelpText('after', `\n${EXAMPLES}\n${EXIT_CODES}`)
}

const EXAMPLES = `Examples:
  kplay inventory --graph
  kplay inventory -i hosts.ini --list --yaml --export
  kplay inventory --host web1
`
