import type { Command } from 'commander'
import { more } from './flags.ts'

/** Where vault passwords come from, named as Ansible's flags. */
export interface VaultFlags {
  readonly vaultId?: readonly string[]
  readonly vaultPasswordFile?: readonly string[]
  readonly askVaultPassword?: true
}

export function addVaultFlags(command: Command): Command {
  return command
    .optionsGroup('Vault:')
    .option('--vault-id <label@source>', 'a vault password: of a file, a script, or `prompt`; may be repeated', more)
    .option(
      '--vault-password-file <file>',
      'a file with a vault password, or a script that prints it; may be repeated',
      more,
    )
    .option('-J, --ask-vault-password', 'ask for the vault password')
}
