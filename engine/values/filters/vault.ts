import { KplayError } from '../../errors.ts'
import { isUnopened, parseSealed, seal, unseal } from '../../vault/aes256.ts'
import { isVault } from '../../vault/envelope.ts'
import type { Call } from '../call.ts'
import { Locked, defined, failure, typeName } from '../operand.ts'
import { operation, sealed } from '../operation.ts'
import type { Operations } from '../operation.ts'

const secretOf = (call: Call): Buffer => Buffer.from(call.string('secret'))

/** What Ansible names a password that a filter is given. */
const FILTER_ID = 'filter_default'

/** The text that is encrypted: of a `!vault` value its own, whether or not a password of the run opens it. */
function ciphertextOf({ rawInput, around }: Call): string {
  if (rawInput instanceof Locked) return rawInput.ciphertext
  const value = defined(rawInput)
  if (typeof value !== 'string') throw failure(`unvault needs a string as input, got ${typeName(value)}`)
  return around.variables.ports.vault?.sourceOf(value) ?? value
}

function unvault(call: Call): string {
  const ciphertext = ciphertextOf(call)
  if (!isVault(ciphertext)) return ciphertext
  const parts = parseSealed(ciphertext)
  const content = isUnopened(parts) ? parts : unseal(parts, secretOf(call))
  if (!isUnopened(content)) {
    const text = content.toString('utf8')
    call.around.variables.ports.vault?.conceal([text])
    return text
  }
  const why = content.why === 'key' ? 'it was encrypted with another secret' : content.detail
  throw new KplayError('EVALUATION', `unvault cannot decrypt its input: ${why}`)
}

export const vaultFilters: Operations = {
  vault: operation('secret salt vault_id wrap_object vaultid', (call) => {
    if (isVault(call.text)) throw failure('the input of vault is encrypted already')
    const salt = call.get('salt') === null ? undefined : Buffer.from(call.string('salt'))
    const id = call.string('vault_id', FILTER_ID)
    call.around.variables.ports.vault?.conceal([call.text])
    return seal(Buffer.from(call.text), secretOf(call), { id, salt })
  }),
  unvault: sealed('secret vault_id vaultid', unvault),
}
