import type { Place } from '../errors.ts'
import type { Included, Node, Role, Task, Wanted } from '../model.ts'
import { NO_KEYWORDS } from './properties.ts'
import { blockOf, shortName, type Reading } from './reading.ts'
import { NO_VARS } from './vars.ts'

/** A role among the tasks, with all it depends on. What is wrong is reported. */
export function readIncludedRole(wanted: Wanted, task: Task, reading: Reading): Included {
  const isImport = shortName(task.action).startsWith('import_')
  const place = task.actionPlace
  const handlers: Node[] = []
  const role = reading.readRole(
    {
      name: wanted.name,
      place,
      keywords: NO_KEYWORDS,
      // An include's variables are seen by whatever it includes; those of an import are parameters of its role.
      params: isImport ? task.keywords.vars : NO_VARS,
      from: wanted.from ?? {},
      allowDuplicates: wanted.allowDuplicates ?? true,
      // An import is like a role of the play; an include is private unless the setting is made, as in Ansible.
      public: wanted.public ?? (isImport ? undefined : reading.options.privateRoleVars === false),
      validate: wanted.validate,
    },
    { ...reading, moreHandlers: handlers },
  )
  if (!role) return { path: wanted.name, nodes: [], handlers: [] }
  const nodes = useOf(role, place, handlers)
  return { path: role.path, nodes: [nodes], handlers }
}

/** A role's tasks behind those it depends on; their handlers are collected. */
function useOf(role: Role, place: Place, handlers: Node[]): Node {
  const before = role.dependencies.map((dependency) => useOf(dependency, place, handlers))
  if (role.handlers.length > 0) handlers.push(blockOf(role.handlers, place, { role }))
  return blockOf([...before, ...role.tasks], place, { keywords: role.keywords, role })
}
