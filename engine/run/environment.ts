import { KplayError } from '../errors.ts'
import { isDict, keyText, type Raw, type Value } from '../value.ts'
import { text as printValue } from '../values/print.ts'
import type { Scope } from '../values/scope.ts'
import { evaluate, OMIT } from '../values/template.ts'
import type { Execution } from './execution.ts'

type Environment = Readonly<Record<string, string>>

/** `environment:` of the task and of all around it; what is inside wins. */
export const environmentOf = (job: Execution): Environment => joined(job, evaluate)

/** While facts are gathered: what rests on facts that are not known yet is left out, so that `PATH` may grow. */
export const environmentBefore = (job: Execution): Environment => joined(job, evaluateKnown)

function joined({ planned: { chain }, scope }: Execution, render: typeof evaluate): Environment {
  const all: Record<string, string> = {}
  for (const { environment } of chain.keywords) {
    const value = environment ? render(environment.value, scope) : null
    for (const part of Array.isArray(value) ? value : [value]) {
      if (isDict(part)) for (const [key, item] of part) all[keyText(key)] = printValue(item)
    }
  }
  return all
}

function evaluateKnown(raw: Raw, scope: Scope): ReturnType<typeof evaluate> {
  if (Array.isArray(raw)) return raw.map((part: Raw) => evaluateKnown(part, scope))
  try {
    if (!isRawDict(raw)) return evaluate(raw, scope)
  } catch (error) {
    if (error instanceof KplayError && error.code === 'UNDEFINED') return OMIT
    throw error
  }
  const entries = [...raw].map(([key, item]) => [key, evaluateKnown(item, scope)] as const)
  return new Map(entries.filter(([, item]) => item !== OMIT))
}

const isRawDict = (raw: Raw): raw is ReadonlyMap<Value, Raw> => raw instanceof Map
