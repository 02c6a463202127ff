import type { Command } from 'commander'
import { more } from './flags.ts'
import type * as vaultActions from './vault-action.ts'
import { addVaultFlags, type VaultFlags } from './vault-flags.ts'

/** Flags of `kplay vault …`, named as ansible-vault's. */
export interface VaultCommandFlags extends VaultFlags {
  readonly encryptVaultId?: string
  readonly output?: string
  readonly skipTtyCheck?: true
  readonly newVaultId?: string
  readonly newVaultPasswordFile?: string
}

export interface StringFlags extends VaultCommandFlags {
  readonly name?: readonly string[]
  readonly prompt?: true
  readonly showInput?: true
  readonly stdinName?: string
}

export function addVaultCommand(program: Command): void {
  const vault = program
    .command('vault')
    .description("encrypt and decrypt files and values, in Ansible's format")
    .enablePositionalOptions()
  const define = (name: string, what: string, operands: string): Command => {
    const command = vault.command(name).description(what)
    return operands === '' ? command : command.argument(...described(operands))
  }
  const encrypting = (command: Command): Command =>
    command.option('--encrypt-vault-id <label>', 'encrypt with the password of this label')
  const writing = (command: Command): Command => command.option('--output <file>', 'write there instead; - is stdout')
  const finish = <F extends VaultFlags>(command: Command, act: Act<F>): void => {
    addVaultFlags(command)
      .optionsGroup('Options:')
      .option('-v, --verbose', 'has no effect')
      .action(async (operands: string | string[], flags: F) => {
        await act(await import('./vault-action.ts'), [operands].flat(), flags)
      })
  }

  finish<VaultCommandFlags>(
    encrypting(define('create', 'write a new encrypted file in $EDITOR', '<file>')).option(
      '--skip-tty-check',
      'also without a terminal',
    ),
    (actions, [path = ''], flags) => actions.create(path, flags),
  )
  finish<VaultCommandFlags>(
    encrypting(define('edit', 'change encrypted files in $EDITOR', '<file...>')),
    (actions, paths, flags) => actions.edit(paths, flags),
  )
  finish<VaultCommandFlags>(define('view', 'show what encrypted files hold', '<file...>'), (actions, paths, flags) =>
    actions.view(paths, flags),
  )
  finish<VaultCommandFlags>(
    writing(encrypting(define('encrypt', 'encrypt files in place', '[file...]'))),
    (actions, paths, flags) => actions.encrypt(paths, flags),
  )
  finish<VaultCommandFlags>(
    writing(define('decrypt', 'decrypt files in place', '[file...]')),
    (actions, paths, flags) => actions.decrypt(paths, flags),
  )
  finish<VaultCommandFlags>(
    encrypting(define('rekey', 'encrypt files with another password', '<file...>'))
      .option('--new-vault-id <label@source>', 'the new password')
      .option('--new-vault-password-file <file>', 'a file with the new password, or a script that prints it'),
    (actions, paths, flags) => actions.rekey(paths, flags),
  )
  finish<StringFlags>(
    writing(encrypting(define('encrypt-string', 'encrypt values, to be put into a YAML file', '[text...]')))
      .alias('encrypt_string')
      .option('-n, --name <variable>', 'the name of the variable; may be repeated', more)
      .option('-p, --prompt', 'ask for the text')
      .option('--show-input', 'show the text while it is typed')
      .option('--stdin-name <variable>', 'read the text from stdin: the name of its variable'),
    async (_, texts, flags) => (await import('./vault-string.ts')).encryptStrings(texts, flags),
  )
}

type Act<F> = (actions: typeof vaultActions, operands: readonly string[], flags: F) => Promise<void>

const described = (operands: string): [string, string] => [
  operands,
  operands.startsWith('[') ? 'stdin and stdout without any, or as -' : '',
]
