import type { Counts } from '../events.ts'
import type { Owed } from '../host/owed.ts'
import type { Host } from '../model.ts'
import { Ahead } from './ahead.ts'
import type { Readied } from './convergence.ts'
import type { Course } from './course.ts'
import { KnownFacts, type FactCache } from './known-facts.ts'
import type { FilesView } from './vars-files.ts'
import { fromPlain, type Plain, type Value, type Variable } from '../value.ts'

const COUNTS = { ok: 0, changed: 0, skipped: 0, failed: 0, unreachable: 0, maybe: 0, ignored: 0, rescued: 0 }

/** One host of the inventory during a run: what it has learnt and how it fares. */
export class HostState {
  /** As the inventory has it at this moment. */
  host: Host
  /** Facts, level 11 of the precedence: `ansible_facts` and the same as `ansible_*`. */
  readonly facts: KnownFacts
  /** include_vars, level 18. */
  readonly included = new Map<string, Variable>()
  /** set_fact and register, level 19. */
  readonly registered = new Map<string, Variable>()
  /** Names in `notify` of tasks that changed something; what they mean is settled when handlers run. */
  readonly notified = new Set<string>()
  /** Handlers, by id, that are to run. */
  readonly due = new Set<number>()
  /** Handlers by full name that are written down on the host as owed. `asked`: for good, not only until the task ends. */
  readonly owing = new Map<string, Owed & { asked: boolean }>()
  /** What former runs left owed, and this run has not come to. */
  readonly unpaid = new Map<string, Owed>()
  /** The play in which the host was asked last what it is owed. */
  askedFor: object | undefined
  readonly counts: { -readonly [K in keyof Counts]: number } = { ...COUNTS }
  /** vars_files of the current play, level 14. */
  files: FilesView | undefined
  status: 'active' | 'failed' | 'unreachable' = 'active'
  /** It could not be reached when a play ended: only within a play does meta: clear_host_errors bring it back. */
  lost = false
  /** It left the play by meta: end_host, or with its batch by end_play. */
  ended = false
  /** It left the role it is in by meta: end_role. */
  leaving = false
  /** It failed, and is going through `always` now; cleared by meta: clear_host_errors. */
  failing = false
  /** It failed because another host did: any_errors_fatal. */
  dragged = false
  /** Roles that ran to their end in this play, as roleIdentity names them. */
  readonly rolesDone = new Set<string>()
  /** How far it was asked ahead of its tasks. */
  readonly ahead = new Ahead()
  /** What comes behind the task it is at, as far as that is known. */
  rest: Course | undefined
  /** Asks ahead what that will ask; called as the task looks again at what it changed. */
  askNext: (() => void) | undefined
  /** What the task that comes next has done already, while it had to wait. */
  readied: Readied | undefined
  failedResult: Value = null
  failedTask: Value = null

  constructor(host: Host, cache?: FactCache) {
    this.host = host
    this.facts = new KnownFacts(host.name, cache)
  }

  get name(): string {
    return this.host.name
  }

  get running(): boolean {
    return this.status === 'active' && !this.ended && !this.leaving
  }

  /** Merges facts. `own`: those of a module, which are also variables of that very name. */
  learn(facts: Readonly<Record<string, Plain>>, { own = false }: { readonly own?: boolean } = {}): void {
    const named = Object.entries(facts).map(([key, plain]): [string, Value] => [
      own ? key : `ansible_${key}`,
      fromPlain(plain),
    ])
    this.facts.learn(named, { gathered: !own })
  }

  forgetFacts(): void {
    this.facts.forget()
  }
}
