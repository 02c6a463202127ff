import { randomBytes } from 'node:crypto'
import { KplayError } from '../errors.ts'
import type { Facts } from './facts.ts'
import { distributionFacts } from './facts/distribution.ts'
import { hardwareFacts } from './facts/hardware.ts'
import { localFacts } from './facts/local.ts'
import { networkFacts } from './facts/network.ts'
import { gatherScript } from './facts/script.ts'
import { Source } from './facts/source.ts'
import { storageFacts } from './facts/storage.ts'
import { systemFacts } from './facts/system.ts'
import { virtualizationFacts } from './facts/virtualization.ts'
import type { Session } from './session.ts'

/**
 * What a host is, in the names and shapes of Ansible's setup module without their `ansible_` prefix; there is no
 * Python to tell of. One script that starts a dozen processes. Throws CANNOT_LOOK when it did not run to its end.
 */
export async function gatherFacts(session: Session): Promise<Facts> {
  const nonce = randomBytes(12).toString('hex')
  const { stdout, stderr } = await session.probe(gatherScript(nonce, session.user))
  const output = stdout.toString('utf8')
  if (!output.includes(`${nonce}:end\n`)) {
    throw new KplayError(
      'CANNOT_LOOK',
      `facts could not be gathered: ${stderr.toString('utf8').trim() || 'the script broke off'}`,
    )
  }
  const source = new Source(output, `${nonce}:`, session.user)
  return {
    ...systemFacts(source),
    ...distributionFacts(source),
    ...hardwareFacts(source),
    ...virtualizationFacts(source),
    ...storageFacts(source, nonce),
    ...networkFacts(source),
    ...localFacts(source, nonce),
    gather_subset: ['all'],
    module_setup: true,
  }
}
