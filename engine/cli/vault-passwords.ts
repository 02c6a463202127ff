import { KplayError } from '../errors.ts'
import type { Keyring, VaultPassword } from '../vault/keyring.ts'
import { projectOf } from './request.ts'
import { openKeyring, warnBeside, type VaultSettings } from './vault-keyring.ts'
import type { VaultCommandFlags } from './vault.ts'

/** The passwords that may open what is encrypted. */
export function openingKeyring(flags: VaultCommandFlags): Promise<Keyring> {
  const { settings } = projectOf(process.cwd())
  return openKeyring({ flags, settings, mustHave: true, warn: warnBeside })
}

/** The one password to encrypt with. */
export async function encryptingPassword(flags: VaultCommandFlags): Promise<VaultPassword> {
  const { settings } = projectOf(process.cwd())
  const { passwords } = await openKeyring({ flags, settings, create: true, mustHave: true, warn: warnBeside })
  return chosen(passwords, flags.encryptVaultId ?? settings.vaultEncryptIdentity)
}

/** The password that files are to have from now on: none of those that open them, unless a label says so. */
export async function newPassword({
  newVaultId,
  newVaultPasswordFile,
  encryptVaultId,
  askVaultPassword,
}: VaultCommandFlags): Promise<VaultPassword> {
  if (newVaultId !== undefined && newVaultPasswordFile !== undefined)
    throw new KplayError('BAD_OPTIONS', 'give --new-vault-id or --new-vault-password-file, and not both')
  const { vaultIdentity, vaultIdentityList, vaultEncryptIdentity } = projectOf(process.cwd()).settings
  const label = encryptVaultId ?? vaultEncryptIdentity
  const settings: VaultSettings = {
    ...(vaultIdentity !== undefined && { vaultIdentity }),
    ...(label !== undefined && vaultIdentityList && { vaultIdentityList }),
  }
  const flags = {
    vaultId: newVaultId === undefined ? [] : [newVaultId],
    vaultPasswordFile: newVaultPasswordFile === undefined ? [] : [newVaultPasswordFile],
    ...(askVaultPassword && newVaultId === undefined && newVaultPasswordFile === undefined && { askVaultPassword }),
  }
  const { passwords } = await openKeyring({ flags, settings, create: true, mustHave: true, warn: warnBeside })
  if (label === undefined && passwords[0]) return passwords[0]
  return chosen(passwords, label)
}

function chosen(passwords: readonly VaultPassword[], label: string | undefined): VaultPassword {
  const labels = [...new Set(passwords.map(({ id }) => id))].join(', ')
  const [first] = label === undefined ? passwords : passwords.filter(({ id }) => id === label)
  if (label === undefined && passwords.length > 1)
    throw new KplayError('BAD_OPTIONS', `there are several vault passwords to encrypt with: ${labels}`, {
      hint: 'choose one by --encrypt-vault-id',
    })
  if (first) return first
  throw new KplayError('BAD_OPTIONS', `there is no vault password of the id ${label ?? ''}`, {
    hint: `there are: ${labels}`,
  })
}
