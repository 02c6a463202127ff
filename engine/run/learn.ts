import type { Plain, Value, Vars } from '../value.ts'
import type { HostState } from './state.ts'

/** What a task taught about a host. */
export interface Learnt {
  /** Gathered by the engine itself, without their prefix. */
  readonly facts?: Readonly<Record<string, Plain>> | undefined
  /** Facts of a module: also variables of that very name. */
  readonly ownFacts?: Readonly<Record<string, Plain>> | undefined
  readonly included?: Vars | undefined
  readonly registered?: Vars | undefined
  /** Facts from now on, beside what is registered. */
  readonly cached?: readonly (readonly [string, Value])[] | undefined
}

/** From now on the host's variables hold it. */
export function learn(host: HostState, { facts, ownFacts, included, registered, cached }: Learnt): void {
  if (facts) host.learn(facts)
  if (ownFacts) host.learn(ownFacts, { own: true })
  if (cached) host.facts.learn(cached)
  for (const [name, variable] of included ?? []) host.included.set(name, variable)
  for (const [name, variable] of registered ?? []) host.registered.set(name, variable)
}
