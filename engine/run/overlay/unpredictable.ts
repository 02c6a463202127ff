import { KplayError } from '../../errors.ts'

export interface OverlayOptions {
  /** A question of the user's (stat, wait_for) must not be answered with a guess; a state module counts unknown as differing. */
  readonly question: boolean
  /** Whether anything at all is predicted in this run, on any machine: what goes over the network may rest on it. */
  predictedAnywhere(): boolean
}

export const unpredictable = (what: string): KplayError =>
  new KplayError('UNPREDICTABLE', `${what} rests on what an earlier task of this run would do`)
