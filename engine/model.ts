import type { ArgumentSpec } from './model/argument-spec.ts'
import type { Place } from './errors.ts'
import type { Raw, Template, Vars } from './value.ts'

export type { Definition, Explanation, Setter, Use } from './model/explanation.ts'
export type { ChangingInventory, Group, Host, Inventory, InventoryChange, VarLayer } from './model/inventory.ts'
export type { ArgumentOption, ArgumentRules, ArgumentSpec } from './model/argument-spec.ts'

/** One argument of a task as it was written. */
export interface Argument {
  readonly value: Raw
  /** The source text of a plain (unquoted) scalar that YAML read as something else than text: 0644, yes, 1.10. */
  readonly text?: string | undefined
  readonly place: Place
  readonly keyPlace: Place
}

/** A keyword whose value is still to be rendered. */
export interface Written {
  readonly value: Raw
  readonly place: Place
}

/** Conditions are Templates with `expression: true`; a list means all of them. */
export type Conditions = readonly Written[]

/** Keywords that a play, role, block and task share; what is absent is inherited. */
export interface Keywords {
  readonly become?: Written | undefined
  readonly becomeUser?: Written | undefined
  readonly becomeMethod?: Written | undefined
  readonly becomeFlags?: Written | undefined
  readonly becomeExe?: Written | undefined
  readonly connection?: Written | undefined
  readonly remoteUser?: Written | undefined
  readonly port?: Written | undefined
  readonly environment?: Written | undefined
  readonly ignoreErrors?: Written | undefined
  readonly ignoreUnreachable?: Written | undefined
  readonly noLog?: Written | undefined
  readonly runOnce?: Written | undefined
  readonly checkMode?: Written | undefined
  readonly diff?: Written | undefined
  readonly anyErrorsFatal?: Written | undefined
  readonly timeout?: Written | undefined
  readonly throttle?: Written | undefined
  readonly when: Conditions
  /** Those with variables are rendered when the play is laid out, by what is known without any host. */
  readonly tags: readonly (string | Template)[]
  readonly vars: Vars
  readonly delegateTo?: Written | undefined
  /** Facts go to the host that the task is delegated to. */
  readonly delegateFacts?: Written | undefined
  readonly moduleDefaults?: readonly ModuleDefaults[] | undefined
}

/** Arguments of one module for all tasks within; those of the task win. */
export interface ModuleDefaults {
  /** The module as it was written. */
  readonly module: string
  readonly place: Place
  readonly args: ReadonlyMap<string, Argument>
  /** A whole dict that only rendering will give. */
  readonly more?: Written | undefined
}

export interface LoopControl {
  /** `item` where absent. */
  readonly loopVar?: Written | undefined
  readonly indexVar?: Written | undefined
  readonly label?: Written | undefined
  readonly pause?: Written | undefined
  readonly extended?: Written | undefined
  readonly extendedAllitems?: Written | undefined
  /** After an item for which all of them hold, the loop ends. */
  readonly breakWhen: Conditions
}

export interface Task {
  readonly kind: 'task'
  readonly name?: Written | undefined
  /** The module as it was written: `ansible.builtin.file`, `download`. */
  readonly action: string
  /** `action: "{{ x }}"`: the module's name is known only when the task runs. */
  readonly templatedAction?: Template | undefined
  readonly actionPlace: Place
  readonly args: ReadonlyMap<string, Argument>
  /** `args: "{{ dict }}"`: arguments known only when the task runs. */
  readonly moreArgs?: Written | undefined
  readonly place: Place
  readonly keywords: Keywords
  readonly loop?: Written | undefined
  /** `with_items` and its kin: the lookup's name, where `loop` is its terms. */
  readonly loopLookup?: string | undefined
  readonly loopControl: LoopControl
  readonly register?: string | undefined
  /** `register` as a map: variables by name, each an expression about `_task`. */
  readonly projections?: Vars | undefined
  readonly notify: readonly Written[]
  readonly listen: readonly string[]
  readonly until: Conditions
  readonly retries?: Written | undefined
  readonly delay?: Written | undefined
  readonly changedWhen?: Conditions | undefined
  readonly failedWhen?: Conditions | undefined
  /** Seconds the task may take; with `poll` 0 nobody waits for it. */
  readonly async?: Written | undefined
  readonly poll?: Written | undefined
  readonly role?: Role | undefined
  /** include_tasks and include_role: it stands for other tasks, which run when it has ended well. */
  readonly includes?: Inclusion | undefined
}

/** What a task stands for, read when its arguments are known. */
export interface Inclusion {
  /** The same answer for the same arguments. Throws NOT_FOUND, BAD_YAML and what else reading throws. */
  readonly read: (wanted: Wanted) => Included
  /** Read before the run already, as its name holds no variable. */
  readonly known?: Included | undefined
  /** Keywords of `apply`, which the tasks inherit. */
  readonly apply: Keywords
  /** An import whose name holds a variable: its own keywords are inherited too. */
  readonly inherited: boolean
}

/** The rendered name of a file of tasks, or of a role. */
export interface Wanted {
  readonly name: string
  /** Of a role: other files than main, by kind. */
  readonly from?: Readonly<Partial<Record<'tasks' | 'handlers' | 'vars' | 'defaults', string>>>
  /** Of a role: its variables are seen by the rest of the play. */
  readonly public?: boolean | undefined
  readonly allowDuplicates?: boolean | undefined
  /** Of a role: its arguments are checked. */
  readonly validate?: boolean | undefined
}

export interface Included {
  /** The file or folder it comes from. */
  readonly path: string
  readonly nodes: readonly Node[]
  /** Of roles among it, for the rest of the play. */
  readonly handlers: readonly Node[]
}

export interface Block {
  readonly kind: 'block'
  readonly name?: Written | undefined
  readonly place: Place
  readonly keywords: Keywords
  readonly block: readonly Node[]
  readonly rescue: readonly Node[]
  readonly always: readonly Node[]
  readonly role?: Role | undefined
  /** Its hosts go through it in batches, as through a play: each batch to its end before the next one begins. */
  readonly serial?: Written | undefined
  /** With serial: what each host's turn is sorted by, rendered per host; equal ones keep their order. */
  readonly order?: Written | undefined
  /** Among handlers it is one handler, notified and run as a whole: a block with a name, or an include. */
  readonly whole?: boolean | undefined
  readonly listen?: readonly string[] | undefined
}

export type Node = Task | Block

/** One use of a role: in `roles:` of a play or as a dependency of another. */
export interface Role {
  /** With its collection, where it is of one. */
  readonly name: string
  /** `namespace.collection`. */
  readonly collection?: string | undefined
  readonly path: string
  readonly place: Place
  readonly defaults: Vars
  readonly vars: Vars
  /** Keys of the role entry that are no keywords: precedence 20. */
  readonly params: Vars
  readonly keywords: Keywords
  readonly tasks: readonly Node[]
  readonly handlers: readonly Node[]
  /** Run before it, in order. */
  readonly dependencies: readonly Role[]
  readonly allowDuplicates: boolean
  /** Its defaults and vars are seen by the rest of the play. */
  readonly public: boolean
  /** The entry point `main` of meta/argument_specs.yml, as data. */
  readonly argumentSpec?: ArgumentSpec | undefined
}

/** One entry of `vars_prompt`: a variable that a person is asked for. */
export interface VarsPrompt {
  readonly name: string
  readonly place: Place
  readonly prompt?: Written | undefined
  readonly default?: Written | undefined
  readonly private?: Written | undefined
  readonly confirm?: Written | undefined
  readonly encrypt?: Written | undefined
  readonly saltSize?: Written | undefined
  readonly salt?: Written | undefined
  readonly unsafe?: Written | undefined
}

export interface Play {
  readonly name?: Written | undefined
  readonly place: Place
  readonly hosts: Written
  readonly gatherFacts?: Written | undefined
  readonly gatherSubset?: Written | undefined
  readonly gatherTimeout?: Written | undefined
  readonly factPath?: Written | undefined
  readonly prompts: readonly VarsPrompt[]
  /** Its variables are compared with a specification before its first task. */
  readonly spec?: { readonly wanted: Written; named(name: string): ArgumentSpec } | undefined
  readonly keywords: Keywords
  /** vars: of the play are in keywords.vars; files are read when the play starts, as their names may hold variables. */
  readonly varsFiles: readonly Written[]
  readonly serial?: Written | undefined
  readonly order?: Written | undefined
  readonly strategy?: Written | undefined
  readonly maxFailPercentage?: Written | undefined
  readonly forceHandlers?: Written | undefined
  readonly roles: readonly Role[]
  readonly preTasks: readonly Node[]
  readonly tasks: readonly Node[]
  readonly postTasks: readonly Node[]
  readonly handlers: readonly Node[]
}

export interface Playbook {
  readonly path: string
  readonly plays: readonly Play[]
}

/** How one task ended on one host. `maybe` occurs only in check mode; `unknown` (the connection was lost while a step ran) counts as unreachable for now. */
export type OutcomeStatus = 'ok' | 'changed' | 'skipped' | 'failed' | 'unreachable' | 'maybe'

/** One row of a diff. Values are ready to be shown: secrets are masked. */
export interface Change {
  readonly key: string
  readonly from: string | null
  readonly to: string | null
  /** Shown as a line diff of two texts. */
  readonly text: boolean
}
