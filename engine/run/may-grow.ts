import type { Node, Playbook, Role, Task } from '../model.ts'

const GROW = /^(?:ansible\.(?:builtin|legacy)\.)?(?:add_host|group_by)$/
const META = /^(?:ansible\.(?:builtin|legacy)\.)?meta$/

/** Whether tasks may add hosts or groups that the inventory does not have before they run. */
export const mayGrow = (playbooks: readonly Playbook[]): boolean =>
  playbooks.some(({ plays }) =>
    plays.some(({ preTasks, tasks, postTasks, handlers, roles }) =>
      [...[...preTasks, ...tasks, ...postTasks, ...handlers].map(grows), ...roles.map(roleGrows)].includes(true),
    ),
  )

const roleGrows = ({ tasks, handlers, dependencies }: Role): boolean =>
  [...tasks, ...handlers].some(grows) || dependencies.some(roleGrows)

const grows = (node: Node): boolean =>
  node.kind === 'block' ? [...node.block, ...node.rescue, ...node.always].some(grows) : taskGrows(node)

/** What an include brings is not known yet. */
const taskGrows = ({ action, args, includes, templatedAction }: Task): boolean =>
  includes !== undefined ||
  templatedAction !== undefined ||
  GROW.test(action) ||
  (META.test(action) && [...args.values()].some(({ value }) => value === 'refresh_inventory'))
