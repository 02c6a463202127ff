import { flag, any, text } from '../../schema/field.ts'
import { KplayError } from '../../errors.ts'
import type { Wanted } from '../../model.ts'
import { defineControl, type ControlAnswer, type ControlContext } from './define.ts'

const APPLY = any({ optional: true, help: 'Keywords that each of the included tasks inherits.' })

const NOTES =
  'Read when it runs, for each host as its arguments say: conditions, tags and loops are its own, and what the tasks inherit stands in `apply`.'

export const includeTasks = defineControl({
  name: 'include_tasks',
  summary: 'Runs the tasks of a file.',
  notes: NOTES,
  args: {
    file: text({
      aliases: ['_raw_params'],
      help: 'Looked for beside the file that names it, in its role, beside the playbook.',
    }),
    apply: APPLY,
  },
  freeForm: 'file',
  raw: ['apply'],
  examples: [{ title: 'By family', args: { file: '{{ ansible_facts.os_family }}.yml' } }],
  run: ({ file }, context) => include({ name: file }, { include: file }, context),
})

export const includeRole = defineControl({
  name: 'include_role',
  summary: 'Runs a role.',
  notes: NOTES,
  args: {
    name: text({ aliases: ['role'], help: 'Its name or path.' }),
    tasks_from: text({ default: 'main', help: 'A file of its tasks.' }),
    vars_from: text({ default: 'main', help: 'A file of its vars.' }),
    defaults_from: text({ default: 'main', help: 'A file of its defaults.' }),
    handlers_from: text({ default: 'main', help: 'A file of its handlers.' }),
    public: flag({ optional: true, help: 'Its defaults and vars are seen by the rest of the play.' }),
    allow_duplicates: flag({ default: true, help: 'Run it although the host has been through it in this play.' }),
    rolespec_validate: flag({ default: true, help: 'Check its arguments.' }),
    rescuable: flag({ default: true, help: 'Accepted for compatibility: a role that is not there fails its task.' }),
    apply: APPLY,
  },
  raw: ['apply'],
  examples: [{ title: 'One part of a role', args: { name: 'kafka', tasks_from: 'health' } }],
  run(args, context) {
    const from = Object.entries({
      tasks: args.tasks_from,
      vars: args.vars_from,
      defaults: args.defaults_from,
      handlers: args.handlers_from,
    }).filter(([, file]) => file !== 'main')
    const wanted: Wanted = {
      name: args.name,
      from: Object.fromEntries(from),
      public: args.public,
      allowDuplicates: args.allow_duplicates,
      validate: args.rolespec_validate,
    }
    return include(wanted, { include_role: args.name }, context)
  },
})

/** Imports whose names hold a variable are read as includes are. */
export const importTasks = { ...includeTasks, name: 'import_tasks' }
export const importRole = { ...includeRole, name: 'import_role' }

function include(wanted: Wanted, values: ControlAnswer['values'], { job }: ControlContext): ControlAnswer {
  const { task } = job.planned
  if (!task.includes) throw new KplayError('BUG', `${task.action} was not read as an include`)
  const included = task.includes.read(wanted)
  return { included, ...(values && { values }) }
}
