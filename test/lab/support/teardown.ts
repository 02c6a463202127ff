import './own-lab.ts'
import { down } from '../lab.ts'
import { labProblem } from '../machine.ts'

/** Test files share one lab, and each takes what the one before it left; after the last one nothing is left. */
export async function teardown(): Promise<void> {
  if (!labProblem()) await down()
}
