import type { Included } from '../model.ts'
import type { Vars } from '../value.ts'

/** What a task has included, with the loop's variables at that point. */
export interface IncludedHere {
  readonly included: Included
  readonly vars: Vars
}
