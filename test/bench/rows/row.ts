import type { Bench } from '../bench.ts'
import type { Contender } from '../race.ts'

/** One row of the table: who takes part, on hosts that `open` made ready. */
export interface Row {
  readonly title: string
  readonly contenders: readonly Contender[]
}

export interface RowMaker {
  /** As it is asked for on the command line: `a`. */
  readonly id: string
  readonly open: (bench: Bench) => Promise<Row>
}
