import type { Place, Problems, Warn } from '../../errors.ts'
import type { Variable, Vars } from '../../value.ts'
import { mergeVars, NO_VARS } from '../vars.ts'
import type { InventoryGraph } from './graph.ts'
import { safeName, type GroupNames } from './names.ts'
import { expandHost } from './ranges.ts'

/** One source while it is read: where what it says goes to. */
export class Source {
  /** The file, or the list of hosts. */
  readonly name: string
  readonly graph: InventoryGraph
  readonly problems: Problems
  readonly #warn: Warn | undefined
  readonly #names: GroupNames

  constructor(name: string, graph: InventoryGraph, { problems, warn, names }: SourceOptions) {
    this.name = name
    this.graph = graph
    this.problems = problems
    this.#warn = warn
    this.#names = names
  }

  /** Tells of something that stops nobody, but that a person should know. */
  warn(message: string, place: Place): void {
    this.#warn?.(message, place)
  }

  /** The name that a group has in the end. */
  safe(written: string): string {
    return safeName(written, this.#names)
  }

  /** Adds a group. @returns its name, which may be a safer one than what was written */
  group(written: string, place: Place | undefined): string {
    const name = this.safe(written)
    this.graph.group(name, place)
    return name
  }

  child(parent: string, child: string, place?: Place): void {
    this.problems.collect(() => this.graph.child(parent, child, place))
  }

  groupVars(name: string, vars: Vars): void {
    this.problems.collect(() => this.graph.groupVars(name, vars))
  }

  /** Adds the hosts that a name or range means. */
  hosts(written: string, group: string, vars: Vars, place: Place): void {
    this.problems.collect(() => {
      const { names, port } = expandHost(written, place)
      const all = port === undefined ? vars : mergeVars(portVars(port), vars)
      for (const name of names) this.graph.host({ name, group, vars: all, source: this.name, place })
    })
  }
}

export interface SourceOptions {
  readonly problems: Problems
  readonly warn: Warn | undefined
  readonly names: GroupNames
}

/** What `name:22` in an inventory means. */
export const portVars = (port: number | undefined): Vars =>
  port === undefined ? NO_VARS : new Map<string, Variable>([['ansible_port', { value: port }]])
