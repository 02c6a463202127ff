import type { Place } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { Host, Node, Play, Role } from '../model.ts'
import { keywordsOn } from '../read/keywords.ts'
import type { Vars } from '../value.ts'
import { ownName } from './collections.ts'
import { warnOnce } from './warn-once.ts'

/** Functions that every expression has, as ansible-core 2.21 reserves them. */
const FUNCTIONS = 'cycler dict joiner lipsum lookup namespace now omit q query range undef'.split(' ')

/** Keywords of plays, blocks and tasks; `vars` is a variable by itself, and gather_subset is let pass, as in Ansible. */
const RESERVED: ReadonlySet<string> = new Set(
  [...keywordsOn('play'), ...keywordsOn('block'), ...keywordsOn('task'), ...FUNCTIONS, 'with_'].filter(
    (name) => name !== 'vars' && name !== 'gather_subset' && name !== 'user',
  ),
)

/** Warns of every variable that is called like a keyword or a function: whoever reads the name may mean the other. */
export function warnOfReserved(hosts: Iterable<Host>, plays: readonly Play[], extraVars: Vars, emit: Emit): void {
  const seen = new Set<unknown>()
  const check = (vars: Vars): void => {
    if (seen.has(vars)) return
    seen.add(vars)
    for (const [name, { place }] of vars) if (RESERVED.has(name)) tell(name, place)
  }
  const tell = (name: string, place: Place | undefined): void =>
    warnOnce(emit, `the variable ${name} has a reserved name: it is a keyword or a function, too`, place)

  const visitRole = (role: Role): void => {
    if (seen.has(role)) return
    seen.add(role)
    for (const vars of [role.defaults, role.vars, role.params, role.keywords.vars]) check(vars)
    role.dependencies.forEach(visitRole)
    visit([...role.tasks, ...role.handlers])
  }
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (seen.has(node)) continue
      seen.add(node)
      check(node.keywords.vars)
      if (node.role) visitRole(node.role)
      if (node.kind === 'block') visit([...node.block, ...node.rescue, ...node.always])
      else {
        if (node.register !== undefined && RESERVED.has(node.register)) tell(node.register, node.place)
        if (ownName(node.action) === 'set_fact')
          for (const [name, { keyPlace }] of node.args) if (RESERVED.has(name)) tell(name, keyPlace)
        visit(node.includes?.known?.nodes ?? [])
      }
    }
  }
  for (const { layers } of hosts) for (const { vars } of layers) check(vars)
  for (const play of plays) {
    check(play.keywords.vars)
    play.roles.forEach(visitRole)
    visit([...play.preTasks, ...play.tasks, ...play.postTasks, ...play.handlers])
  }
  check(extraVars)
}
