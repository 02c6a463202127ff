import { randomBytes } from 'node:crypto'
import { KplayError } from '../errors.ts'
import { distributionFacts } from './facts/distribution.ts'
import { hardwareFacts } from './facts/hardware.ts'
import { localFacts } from './facts/local.ts'
import { networkFacts } from './facts/network.ts'
import { pythonFacts } from './facts/python.ts'
import { gatherScript, type GatherOptions } from './facts/script.ts'
import { Source } from './facts/source.ts'
import { storageFacts } from './facts/storage.ts'
import type { FactParts } from './facts/subsets.ts'
import { systemFacts } from './facts/system.ts'
import { virtualizationFacts } from './facts/virtualization.ts'
import type { Session } from './session.ts'

export interface GatheredFacts extends FactParts {
  /** They hold until something is changed on the host; what a program tells of it may be another thing each time. */
  readonly lasting: boolean
}

/**
 * What a host is, in the names and shapes of Ansible's setup module without their `ansible_` prefix. One script that
 * starts a dozen processes. Throws CANNOT_LOOK when it did not run to its end.
 */
export async function gatherFacts(session: Session, options: GatherOptions = {}): Promise<GatheredFacts> {
  const nonce = randomBytes(12).toString('hex')
  const { stdout, stderr } = await session.probe(gatherScript(nonce, session.user, options))
  const output = stdout.toString('utf8')
  if (!output.includes(`${nonce}:end\n`)) {
    throw new KplayError(
      'CANNOT_LOOK',
      `facts could not be gathered: ${stderr.toString('utf8').trim() || 'the script broke off'}`,
    )
  }
  const source = new Source(output, `${nonce}:`, session.user)
  const system = systemFacts(source, options.environment)
  return {
    lasting: source.section('programs').trim() === '',
    min: { ...system, ...distributionFacts(source), ...pythonFacts(source), ...localFacts(source, nonce) },
    hardware: { ...hardwareFacts(source), ...storageFacts(source, nonce) },
    network: networkFacts(source),
    virtual: virtualizationFacts(source),
  }
}
