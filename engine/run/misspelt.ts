import { KplayError, Problems } from '../errors.ts'
import type { Role } from '../model.ts'
import { apart } from '../schema/parse.ts'
import { Template } from '../value.ts'
import type { Scope } from '../values/scope.ts'
import { names as namesIn } from '../values/used-names.ts'

/**
 * Says which variables of the inventory, the play and the command line look like misspelt ones of a role: they begin as
 * all of the role's do, one of these is two letters away at most, but is not the plural of it, as `web_hosts` of
 * `web_host`, and nothing that was read knows or uses them. Only for
 * a role that specifies all its defaults; others may have more variables than they tell.
 * @param read what was read of the playbook; texts in it may use a variable
 */
export function checkSpelling(role: Role, roles: readonly Role[], scope: Scope, read: unknown): void {
  const options = role.argumentSpec?.options
  const prefix = `${role.name.replaceAll('-', '_')}_`
  if (!options || ![...options.keys()].every((name) => name.startsWith(prefix))) return
  if (![...role.defaults.keys()].every((name) => options.has(name))) return

  const known = new Set([
    ...roles.flatMap(({ argumentSpec, defaults, vars }) => [
      ...(argumentSpec?.options.keys() ?? []),
      ...defaults.keys(),
      ...vars.keys(),
    ]),
  ])
  const problems = new Problems()
  for (const name of scope.names()) {
    if (!name.startsWith(prefix) || known.has(name)) continue
    const meant = [...options.keys()].find((option) => apart(name, option) <= 2 && name !== `${option}s`)
    if (meant === undefined || used(name, scope.layers) || used(name, read)) continue
    problems.keep(
      new KplayError('BAD_ARGS', `role ${role.name} has no variable ${name}`, {
        place: scope.lookup(name)?.place ?? role.place,
        hint: `did you mean ${meant}?`,
      }),
    )
  }
  problems.throwIfAny()
}

const used = (name: string, read: unknown): boolean => [...templatesIn(read)].some((text) => namesIn(text).has(name))

/** Every text with variables in what was read, however deep; a role's tasks point back to the role. */
function* templatesIn(value: unknown, seen = new Set<unknown>()): Generator<Template> {
  if (value === null || typeof value !== 'object' || seen.has(value)) return
  seen.add(value)
  if (value instanceof Template) yield value
  else if (value instanceof Map) for (const item of value.values()) yield* templatesIn(item, seen)
  else for (const item of Object.values(value)) yield* templatesIn(item, seen)
}
