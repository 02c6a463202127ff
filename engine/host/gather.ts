import { randomBytes } from 'node:crypto'
import { KplayError } from '../errors.ts'
import type { Facts } from './facts.ts'
import { partsFor } from './facts/parts.ts'
import { gatherScript, type GatherOptions } from './facts/script.ts'
import { Source } from './facts/source.ts'
import type { FactParts } from './facts/subsets.ts'
import type { Session } from './session.ts'

export interface GatheredFacts extends FactParts {
  /** They hold until something is changed on the host; what a program tells of it may be another thing each time. */
  readonly lasting: boolean
}

export interface Gathering extends GatherOptions {
  /** Only what it takes to know these; undefined: all. */
  readonly read?: ReadonlySet<string> | undefined
}

/**
 * What a host is, in the names and shapes of Ansible's setup module without their `ansible_` prefix. One script that
 * starts a dozen processes, fewer where only some are read, and none where none is. Throws CANNOT_LOOK when it did not run to its end.
 */
export async function gatherFacts(session: Session, { read, ...options }: Gathering = {}): Promise<GatheredFacts> {
  const parts = partsFor(read)
  if (parts.length === 0) return { ...NOTHING, lasting: true }
  const nonce = randomBytes(12).toString('hex')
  const { stdout, stderr } = await session.probe(gatherScript(nonce, session.user, parts, options))
  const output = stdout.toString('utf8')
  if (!output.includes(`${nonce}:end\n`)) {
    throw new KplayError(
      'CANNOT_LOOK',
      `facts could not be gathered: ${stderr.toString('utf8').trim() || 'the script broke off'}`,
    )
  }
  const source = new Source(output, `${nonce}:`, session.user)
  const found: Record<keyof FactParts, Facts> = { ...NOTHING }
  for (const { subset, facts } of parts)
    found[subset] = { ...found[subset], ...facts(source, { nonce, environment: options.environment }) }
  return { ...found, lasting: source.section('programs').trim() === '' }
}

const NOTHING: FactParts = { min: {}, hardware: {}, network: {}, virtual: {} }
