import { KplayError } from '../../errors.ts'
import type { Definition, Explanation, Use } from '../../model.ts'
import { didYouMean } from '../../schema/parse.ts'
import { Template, toPlain, type Plain, type Raw, type Value, type Variable } from '../../value.ts'
import type { Scope } from '../../values/scope.ts'
import { evaluate } from '../../values/template.ts'
import { names as namesIn } from '../../values/used-names.ts'
import { concealError } from '../conceal.ts'
import { MASK, maskPlain } from '../mask.ts'
import { plainOf, secretsOf, type Secrets } from './secrets.ts'
import { settersOf } from './setters.ts'
import type { Viewpoint } from './standings.ts'

/**
 * Where a variable's value comes from at some viewpoints; those that see the same are told together. Throws UNDEFINED for
 * a name that nobody knows.
 * @param hidden takes what a vault has decrypted out of text
 */
export function explainVariable(
  name: string,
  host: string,
  viewpoints: readonly Viewpoint[],
  hidden: (text: string) => string,
): readonly Explanation[] {
  const explained = viewpoints.map((viewpoint) => explainAt(name, host, viewpoint, hidden))
  if (explained.every(({ definitions, setters }) => definitions.length + setters.length === 0))
    throw unknown(name, viewpoints)
  const together = new Map<string, Explanation>()
  for (const each of explained) {
    const key = JSON.stringify({ ...each, where: [] }, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value instanceof Error ? value.message : value,
    )
    const same = together.get(key)
    together.set(key, same ? { ...same, where: [...new Set([...same.where, ...each.where])] } : each)
  }
  return [...together.values()]
}

function explainAt(name: string, host: string, viewpoint: Viewpoint, hidden: (text: string) => string): Explanation {
  const { scope, title } = viewpoint
  const secrets = secretsOf(viewpoint, hidden)
  return {
    name,
    host,
    where: title === undefined ? [] : [title],
    ...resultOf(name, scope, secrets),
    definitions: definitionsOf(name, scope, secrets),
    uses: usesOf(name, scope, secrets, [name]),
    setters: settersOf(name, viewpoint),
  }
}

/** The value as it is used; instead of it the error that its use would be. */
function resultOf(name: string, scope: Scope, secrets: Secrets): Pick<Explanation, 'value' | 'error'> {
  if (!scope.has(name)) return {}
  try {
    const value = evaluate(new Template(name, undefined, { expression: true }), scope)
    return { value: shown(name, toPlain(value), secrets) }
  } catch (error) {
    if (error instanceof KplayError) return { error: concealError(error, secrets.mask) }
    throw error
  }
}

const shown = (name: string, plain: Plain, { isSecret, mask }: Secrets): Plain =>
  isSecret(name) ? MASK : maskPlain(plain, mask)

/** A file that is both the inventory's and the playbook's defines a variable once. */
const definitionsOf = (name: string, scope: Scope, secrets: Secrets): readonly Definition[] => {
  const origins = scope.origin(name)
  return origins
    .filter(({ variable }, index) => !origins.slice(index + 1).some((later) => sameText(variable, later.variable)))
    .map(({ layer, level, variable: { value, place } }) => ({
      layer,
      level,
      place,
      written: shown(name, plainOf(value), secrets),
    }))
}

const sameText = ({ place: one }: Variable, { place: other }: Variable): boolean =>
  one !== undefined && one.file === other?.file && one.line === other.line && one.column === other.column

/** The variables that its templates use, and what these are built from in turn. */
function usesOf(name: string, scope: Scope, secrets: Secrets, above: readonly string[]): readonly Use[] {
  const variable = scope.lookup(name)
  const used = variable ? [...new Set(templatesIn(variable.value).flatMap((template) => [...namesIn(template)]))] : []
  return used.map((each): Use => {
    const definition = definitionsOf(each, scope, secrets).at(-1)
    // Which of them it looks at nobody can tell from its text.
    if (each === 'vars' || each === 'hostvars') return { name: each, uses: [] }
    const inner = above.includes(each) ? [] : usesOf(each, scope, secrets, [...above, each])
    return { name: each, ...resultOf(each, scope, secrets), definition, uses: inner }
  })
}

function templatesIn(raw: Raw): readonly Template[] {
  if (raw instanceof Template) return [raw]
  if (Array.isArray(raw)) return raw.flatMap((item: Raw) => templatesIn(item))
  return raw instanceof Map ? [...(raw as ReadonlyMap<Value, Raw>).values()].flatMap(templatesIn) : []
}

function unknown(name: string, viewpoints: readonly Viewpoint[]): KplayError {
  const known = viewpoints.flatMap(({ scope }) => [...scope.names()])
  const fact = name.startsWith('ansible_')
  return new KplayError('UNDEFINED', `nobody defines the variable ${name}`, {
    hint:
      didYouMean(name, known) ??
      (fact ? 'facts are known here only from a fact cache (fact_caching = jsonfile)' : undefined),
  })
}
