import { resolve } from 'node:path'
import { readVaultPassword } from '../controller/vault-password.ts'
import { KplayError, Problems } from '../errors.ts'
import type { Settings } from '../read/settings/known.ts'
import { DEFAULT_ID } from '../vault/envelope.ts'
import { Keyring, type VaultPassword } from '../vault/keyring.ts'
import { askHidden } from './vault-ask.ts'
import type { VaultFlags } from './vault-flags.ts'

export type VaultSettings = Pick<
  Settings,
  'vaultPasswordFile' | 'vaultIdentityList' | 'vaultIdentity' | 'vaultIdMatch' | 'askVaultPass'
>

/** Where one password comes from: a path, or `prompt`. */
interface Source {
  readonly label: string | undefined
  readonly from: string
  /** Asked for by --ask-vault-password: the question names no label. */
  readonly plain?: boolean
}

export interface KeyringRequest {
  readonly flags: VaultFlags
  readonly settings: VaultSettings
  /** A new password, which is asked for twice. */
  readonly create?: boolean
  /** Ask when nothing else is given. */
  readonly mustHave?: boolean
  warn(message: string): void
}

/**
 * All passwords of the command line and the settings, in the order in which they are tried. A source that gives none
 * is told of, and an error only when no other gives one.
 */
export async function openKeyring(request: KeyringRequest): Promise<Keyring> {
  const { settings, warn } = request
  const { vaultIdentity: defaultId = DEFAULT_ID, vaultIdMatch: idMatch } = settings
  const passwords: VaultPassword[] = []
  const failed = new Problems()
  for (const source of sourcesOf(request)) {
    try {
      const earlier = new Keyring(passwords, { defaultId })
      const password = await passwordOf(source, defaultId, request.create === true, earlier)
      passwords.push({ id: source.label ?? defaultId, password })
    } catch (error) {
      failed.keep(error)
    }
  }
  if (passwords.length === 0) failed.throwIfAny()
  for (const { message } of failed.list) warn(message)
  return new Keyring(passwords, { idMatch, defaultId })
}

/** Tells of a source that gives no password, before there is a reporter. */
export const warnBeside = (message: string): void => void process.stderr.write(`warning: ${message}\n`)

function sourcesOf({ flags, settings, mustHave = false }: KeyringRequest): readonly Source[] {
  const { vaultIdentityList = [], vaultPasswordFile } = settings
  const sources: Source[] = [...vaultIdentityList, ...(flags.vaultId ?? [])].map(parseSource)
  const files = [...(flags.vaultPasswordFile ?? []), ...(vaultPasswordFile === undefined ? [] : [vaultPasswordFile])]
  for (const file of files) sources.push({ label: undefined, from: file })
  const asked = flags.askVaultPassword ?? settings.askVaultPass ?? false
  if (asked || (mustHave && sources.length === 0)) sources.push({ label: undefined, from: 'prompt', plain: true })
  return sources
}

/** `label@source`, or a source alone. */
function parseSource(text: string): Source {
  if (text.includes(';'))
    throw new KplayError('BAD_OPTIONS', `no vault id: ${text}`, { hint: 'a label must not hold a semicolon' })
  const at = text.indexOf('@')
  return at < 0 ? { label: undefined, from: text } : { label: text.slice(0, at), from: text.slice(at + 1) }
}

async function passwordOf(
  { label, from, plain }: Source,
  defaultId: string,
  create: boolean,
  earlier: Keyring,
): Promise<Buffer> {
  if (from !== 'prompt')
    return readVaultPassword(resolve(from.replace(/^~(?=\/)/, process.env['HOME'] ?? '~')), label, earlier)
  const id = plain ? '' : ` (${label ?? defaultId})`
  const first = await asked(create ? `New vault password${id}: ` : `Vault password${id}: `)
  if (create && (await asked(`Confirm new vault password${id}: `)) !== first)
    throw new KplayError('VAULT', 'the two passwords differ')
  return Buffer.from(first)
}

async function asked(prompt: string): Promise<string> {
  const answer = (await askHidden(prompt))?.trim()
  if (answer !== undefined && answer !== '') return answer
  throw new KplayError(
    'VAULT',
    answer === undefined ? 'there is no terminal to ask for a vault password on' : 'the vault password is empty',
    {
      hint: 'give --vault-password-file',
    },
  )
}
