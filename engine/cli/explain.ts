import type { Command } from 'commander'
import { more, moreWords } from './flags.ts'
import { addVaultFlags, type VaultFlags } from './vault-flags.ts'

export interface ExplainFlags extends VaultFlags {
  readonly host: string
  readonly task?: string
  readonly json?: true
  readonly inventory: readonly string[]
  readonly extraVars: readonly string[]
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly rolesPath: readonly string[]
}

export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .description('say where something comes from')
    .command('var')
    .description('say what a variable is for a host, where it is defined, and which definitions lost')
    .argument('<name>', 'a variable')
    .argument('[playbook...]', 'playbooks whose plays, roles and tasks define variables too')
    .requiredOption('--host <name>', 'the host that sees it')
    .option('--task <name>', 'as a task of that name sees it')
    .option('--json', 'as JSON')
    .option('-i, --inventory <source>', 'inventory file, folder or list of hosts ("a,b,"); may be repeated', more)
    .option('-e, --extra-vars <vars>', 'variables as key=value, YAML, JSON or @FILE', more)
    .option('-t, --tags <tags>', 'only tasks with one of these tags', moreWords)
    .option('--skip-tags <tags>', 'no tasks with one of these tags', moreWords)
    .option('--roles-path <folder>', 'a further folder with roles; may be repeated', more)
  addVaultFlags(command)
  command.action(async (name: string, playbooks: string[], flags: ExplainFlags) => {
    const { explainFromCommandLine } = await import('./explain-action.ts')
    process.exitCode = await explainFromCommandLine(name, playbooks, { ...NONE, ...flags })
  })
}

const NONE = { inventory: [], extraVars: [], tags: [], skipTags: [], rolesPath: [] }
