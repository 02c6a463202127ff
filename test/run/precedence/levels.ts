/**
 * The levels of precedence, low to high, by Ansible's numbers (docs.ansible.com, "Understanding variable precedence"). Level 1, what the command line says without `-e`, is no variable. That ansible-core 2.21.5
 * has this very order was seen by running `projectOf` with a variable for each pair of levels through it.
 */
export const LEVELS = [
  { number: 2, name: 'role defaults' },
  { number: 3, name: 'group vars of an inventory file' },
  { number: 4, name: 'group_vars/all of the inventory' },
  { number: 5, name: 'group_vars/all of the playbook' },
  { number: 6, name: 'group_vars of the inventory' },
  { number: 7, name: 'group_vars of the playbook' },
  { number: 8, name: 'host vars of an inventory file' },
  { number: 9, name: 'host_vars of the inventory' },
  { number: 10, name: 'host_vars of the playbook' },
  { number: 11, name: 'facts' },
  { number: 12, name: 'play vars' },
  { number: 13, name: 'vars_prompt' },
  { number: 14, name: 'vars_files' },
  { number: 15, name: 'role vars' },
  { number: 16, name: 'block vars' },
  { number: 17, name: 'task vars' },
  { number: 18, name: 'include_vars' },
  { number: 19, name: 'set_fact' },
  { number: 20, name: 'role parameters' },
  { number: 21, name: 'include parameters' },
  { number: 22, name: 'extra vars' },
] as const

export type LevelNumber = (typeof LEVELS)[number]['number']
type Values = Readonly<Record<string, string>>

export interface Project {
  /** Text by path below the project's folder. `inventory/hosts.yml` is the inventory, `site.yml` the playbook. */
  readonly files: Readonly<Record<string, string>>
  /** What `-e` says. */
  readonly extraVars: string
  /** The fact cache's file for the one host, h1. */
  readonly facts: Values
  /** Names whose values the one task prints as `name=value`, a line each. */
  readonly names: readonly string[]
}

/** A project that sets variables at some of the levels, and prints what came of them where all of them are seen. JSON is YAML. */
export function projectOf(at: ReadonlyMap<LevelNumber, Values>): Project {
  const names = [...new Set([...at.values()].flatMap((values) => Object.keys(values)))]
  const values = (level: LevelNumber): Values => at.get(level) ?? {}
  const vars = (level: LevelNumber): { vars?: Values } => (at.has(level) ? { vars: values(level) } : {})
  const play = {
    hosts: 'web',
    gather_facts: false,
    ...vars(12),
    ...(at.has(13) && {
      vars_prompt: Object.entries(values(13)).map(([name, value]) => ({ name, default: value, private: false })),
    }),
    ...(at.has(14) && { vars_files: ['more.yml'] }),
    pre_tasks: [
      ...(at.has(18) ? [{ include_vars: 'included.yml' }] : []),
      ...(at.has(19) ? [{ set_fact: values(19) }] : []),
    ],
    roles: [{ role: 'web', ...values(20) }],
  }
  const seen = { name: 'see', debug: { msg: names.map((name) => `${name}={{ ${name} }}`).join('\n') }, ...vars(17) }
  const files: Readonly<Record<string, unknown>> = {
    'inventory/hosts.yml': {
      all: { children: { web: { hosts: { h1: { ansible_connection: 'local', ...values(8) } }, ...vars(3) } } },
    },
    'inventory/group_vars/all.yml': values(4),
    'group_vars/all.yml': values(5),
    'inventory/group_vars/web.yml': values(6),
    'group_vars/web.yml': values(7),
    'inventory/host_vars/h1.yml': values(9),
    'host_vars/h1.yml': values(10),
    'more.yml': values(14),
    'included.yml': values(18),
    'roles/web/defaults/main.yml': values(2),
    'roles/web/vars/main.yml': values(15),
    'roles/web/tasks/main.yml': [{ block: [{ include_tasks: 'seen.yml', ...vars(21) }], ...vars(16) }],
    'roles/web/tasks/seen.yml': [seen],
    'site.yml': [play],
  }
  return {
    files: Object.fromEntries(Object.entries(files).map(([path, value]) => [path, JSON.stringify(value)])),
    extraVars: JSON.stringify(values(22)),
    facts: values(11),
    names,
  }
}
