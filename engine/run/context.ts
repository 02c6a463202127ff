import type { Emit, TaskInfo } from '../events.ts'
import type { Machines } from '../host/target.ts'
import type { ChangingInventory, InventoryChange, Play, Playbook, Role } from '../model.ts'
import type { Local, Registry } from '../module/define.ts'
import type { Value, Vars } from '../value.ts'
import type { Files, Vault, Waiting } from '../values/surroundings.ts'
import type { Scope } from '../values/scope.ts'
import type { Jobs } from './jobs.ts'
import type { Overlay } from './overlay/overlay.ts'
import type { FactCache } from './known-facts.ts'
import type { FactsRead } from './facts-read.ts'
import type { HostState } from './state.ts'
import type { Turns } from './turns.ts'
import type { Watches } from './watches.ts'

/** What the command line and the project ask for. */
export interface RunOptions {
  readonly check: boolean
  readonly diff: boolean
  readonly forks: number
  /** How many tasks ahead hosts are asked at most; 0: no task before its turn. */
  readonly lookAhead?: number | undefined
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly extraVars: Vars
  readonly verbosity: number
  /** --limit, as host names; undefined: all. */
  readonly limit?: readonly string[] | undefined
  readonly limitText?: string | undefined
  readonly forceHandlers: boolean
  /** Whether to notify a handler that is not there is an error, as it is where absent. */
  readonly missingHandlers?: 'error' | 'warn' | undefined
  /** The run begins with the task of this name; what comes before it is left out. */
  readonly startAtTask?: string | undefined
  /** Whether of two dicts under one name the stronger one wins, or both are put together; replace where absent. */
  readonly hashBehaviour?: 'replace' | 'merge' | undefined
  /** Facts are variables by themselves too, as `ansible_distribution`; true where absent. */
  readonly injectFacts?: boolean | undefined
  /** All facts are gathered, whether or not anything in the run can read them: whoever looks at results may. */
  readonly allFacts?: boolean | undefined
  /** Facts of former runs are forgotten. */
  readonly flushCache?: boolean | undefined
  /** The configuration file, and the inventories as they were named; only variables tell them. */
  readonly configFile?: string | undefined
  readonly inventorySources?: readonly string[] | undefined
  /** A Python of the controller; only a variable tells it. */
  readonly python?: string | undefined
  /** What the configuration says, by Ansible's names: for the lookup config. */
  readonly settings?: ReadonlyMap<string, Value> | undefined
  /** For plays that name none; linear where it is not given. */
  readonly strategy?: string | undefined
  readonly connection: ConnectionDefaults
}

/** Level 1 of the precedence: any variable or keyword wins over these. */
export interface ConnectionDefaults {
  readonly kind?: string | undefined
  readonly user?: string | undefined
  readonly port?: number | undefined
  readonly password?: string | undefined
  readonly privateKeyFile?: string | undefined
  readonly timeout: number
  readonly acceptNewHostKeys: boolean
  readonly knownHosts: readonly string[]
  /** Words for ssh: what ansible_ssh_args, ansible_ssh_common_args and ansible_ssh_extra_args may replace. */
  readonly sshArguments?: Readonly<Record<'args' | 'common' | 'extra', readonly string[]>> | undefined
  readonly become: boolean
  readonly becomeMethod?: string | undefined
  readonly becomeUser?: string | undefined
  readonly becomeFlags?: string | undefined
  readonly becomeExe?: string | undefined
  readonly becomePassword?: string | undefined
}

/** Where a task's files and templates are looked for, and what renders them. */
export interface LocalPlace {
  readonly role?: Role | undefined
  /** The file the task stands in. */
  readonly file: string
  readonly playbook: string
  readonly scope: Scope
}

/** Everything a run needs from outside; `run/` itself touches neither the disk nor the console. */
export interface RunPorts {
  readonly registry: Registry
  readonly machines: Machines
  readonly emit: Emit
  /** What lookups read, by the search path of a role or playbook. */
  filesFor(place: Omit<LocalPlace, 'scope'>): Files
  /** What lookups wait for: a command's output, the body of a URL. Where absent, such lookups are refused. */
  fetch?(kind: Waiting, subject: string, options: ReadonlyMap<string, Value>, playbook: string): Promise<string>
  local(place: LocalPlace): Local
  /** Variables of a YAML file on the controller, for vars_files and include_vars; throws NOT_FOUND. */
  readVars(name: string, place: LocalPlace): Vars
  /** Facts that outlive the run. */
  readonly factCache?: FactCache | undefined
  /** What opens encrypted values. */
  readonly vault?: Vault | undefined
  /** Asks whoever sits at the terminal; undefined: there is none. */
  ask?(question: string, options: { readonly echo: boolean }): Promise<string | undefined>
  /** Asked before each task whether to run it; where absent all are run. */
  confirm?(task: TaskInfo): Promise<boolean>
  /** First Ctrl-C: running tasks end, no new one begins. */
  readonly soft: AbortSignal
  /** Second Ctrl-C: running steps are being ended. */
  readonly hard: AbortSignal
}

export interface RunContext extends RunPorts {
  /** The play begins with the task of this name. */
  readonly startAt?: string | undefined
  readonly options: RunOptions
  readonly inventory: ChangingInventory
  readonly playbook: Playbook
  readonly hosts: ReadonlyMap<string, HostState>
  /** The facts that anything in the run can read; it is found out when somebody gathers some. Absent: all. */
  factsRead?(): FactsRead
  /** Check mode's predictions, by machine. */
  readonly overlays: Map<string, Overlay>
  readonly turns: Turns
  readonly jobs: Jobs
  readonly watches: Watches
  /** vars_prompt, level 13, by play. */
  readonly prompted?: ReadonlyMap<Play, Vars> | undefined
  /** Adds to the inventory what a task found. @returns whether that was news */
  changeInventory(change: InventoryChange): boolean
  /** meta: refresh_inventory */
  refreshInventory(): Promise<void>
}
