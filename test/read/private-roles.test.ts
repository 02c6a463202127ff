import { expect, test } from 'vitest'
import type { Node, Play } from '../../engine/model.ts'
import { readPlaybook } from '../../engine/read/playbook.ts'
import { memoryFiles } from './memory-files.ts'

const ROLE = { '/p/roles/r/vars/main.yml': 'port: 1' }
const read = (text: string, privateRoleVars: boolean | undefined): Play => {
  const files = memoryFiles({ ...ROLE, '/p/site.yml': text })
  const [play] = readPlaybook('/p/site.yml', files, { rolesPaths: [], freeForm: new Set(), privateRoleVars }).plays
  if (!play) throw new Error('no play')
  return play
}

/** Of the role a use enters, among the tasks or as a role of the play. */
const publicOf = ({ roles, tasks }: Play): boolean | undefined =>
  [...roles, ...tasks.flatMap(entered)].map(({ public: seen }) => seen)[0]

function entered(node: Node): Play['roles'] {
  if (node.kind === 'task') return (node.includes?.known?.nodes ?? []).flatMap(entered)
  return node.role ? [node.role] : node.block.flatMap(entered)
}

const rolesOf = (use: string): string => `- hosts: all\n  roles: [${use}]`
const tasksOf = (task: string): string => `- hosts: all\n  tasks:\n    - ${task}`

test.each([
  ['a role of the play', rolesOf('r'), [true, true, false]],
  ['an import', tasksOf('import_role: { name: r }'), [true, true, false]],
  ['a public import', tasksOf('import_role: name=r public=yes'), [true, true, true]],
  ['a private import', tasksOf('import_role: name=r public=no'), [false, false, false]],
  ['an include', tasksOf('include_role: { name: r }'), [false, true, false]],
  ['a public include', tasksOf('include_role: { name: r, public: true }'), [true, true, true]],
])(
  'who sees the variables of %s: where nobody sets private_role_vars, where it is no, where it is yes',
  (_, text, seen) => {
    expect([undefined, false, true].map((setting) => publicOf(read(text, setting)))).toEqual(seen)
  },
)
