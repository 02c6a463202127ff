import './own-lab.ts'
import { down } from '../lab.ts'
import { isUsedBy } from './hosts.ts'

/** Test files share one lab, and each takes what the one before it left; after the last one nothing is left. */
export async function teardown(): Promise<void> {
  if (isUsedBy(process.pid)) await down()
}
