import type { Keywords } from '../model.ts'

/** Where a keyword may stand. */
export type Level = 'play' | 'role' | 'block' | 'task' | 'handler'

/**
 * How its value is read. `own`: by the reader of that level, as it is no property shared by all. `refused`: known to
 * Ansible, but not supported yet. `ignored`: has no meaning here and does no harm.
 */
export type Kind =
  'any' | 'flag' | 'whole' | 'text' | 'conditions' | 'tags' | 'vars' | 'module defaults' | 'own' | 'refused' | 'ignored'

/** Keywords of one value, of which the innermost wins. */
export type Inherited = Exclude<keyof Keywords, 'when' | 'tags' | 'vars' | 'moduleDefaults'>

export interface Keyword {
  readonly on: readonly Level[]
  readonly kind: Kind
  /** The property of Keywords it becomes. */
  readonly field?: Inherited
  /** Of a refused one: the value that asks for nothing, and what to do instead of any other. */
  readonly harmless?: string
  readonly instead?: string
}

const EVERYWHERE: readonly Level[] = ['play', 'role', 'block', 'task', 'handler']
const IN_PLAY: readonly Level[] = ['role', 'block', 'task', 'handler']
const TASKS: readonly Level[] = ['task', 'handler']

const shared = (kind: Kind, field?: Inherited): Keyword => ({ on: EVERYWHERE, kind, ...(field && { field }) })
const own = (...on: readonly Level[]): Keyword => ({ on, kind: 'own' })

/** Every keyword of a playbook, once. Names and levels are those of Ansible's manual, "Playbook Keywords". */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  name: own(...EVERYWHERE),
  become: shared('flag', 'become'),
  become_user: shared('text', 'becomeUser'),
  become_method: shared('text', 'becomeMethod'),
  become_flags: shared('text', 'becomeFlags'),
  become_exe: shared('text', 'becomeExe'),
  connection: shared('text', 'connection'),
  remote_user: shared('text', 'remoteUser'),
  user: { on: ['play'], kind: 'text', field: 'remoteUser' },
  port: shared('whole', 'port'),
  environment: shared('any', 'environment'),
  ignore_errors: shared('flag', 'ignoreErrors'),
  ignore_unreachable: shared('flag', 'ignoreUnreachable'),
  no_log: shared('flag', 'noLog'),
  run_once: shared('flag', 'runOnce'),
  check_mode: shared('flag', 'checkMode'),
  diff: shared('flag', 'diff'),
  any_errors_fatal: shared('flag', 'anyErrorsFatal'),
  timeout: shared('whole', 'timeout'),
  throttle: shared('whole', 'throttle'),
  tags: shared('tags'),
  vars: shared('vars'),
  when: { on: IN_PLAY, kind: 'conditions' },
  delegate_to: { on: IN_PLAY, kind: 'text', field: 'delegateTo' },
  delegate_facts: { on: IN_PLAY, kind: 'flag', field: 'delegateFacts' },
  module_defaults: shared('module defaults'),
  debugger: {
    on: EVERYWHERE,
    kind: 'refused',
    harmless: 'never',
    instead: 'there is no debugger to step into: -vv and a debug task show what a task sees',
  },
  collections: { on: EVERYWHERE, kind: 'ignored' },

  hosts: own('play'),
  gather_facts: own('play'),
  vars_files: own('play'),
  validate_argspec: own('play'),
  serial: own('play', 'block'),
  order: own('play', 'block'),
  strategy: own('play'),
  max_fail_percentage: own('play'),
  force_handlers: own('play'),
  roles: own('play'),
  pre_tasks: own('play'),
  tasks: own('play'),
  post_tasks: own('play'),
  handlers: own('play'),
  gather_subset: own('play'),
  gather_timeout: own('play'),
  fact_path: own('play'),
  vars_prompt: own('play'),

  block: own('block'),
  rescue: own('block'),
  always: own('block'),

  action: own(...TASKS),
  local_action: own(...TASKS),
  args: own(...TASKS),
  loop: own(...TASKS),
  loop_control: own(...TASKS),
  register: own(...TASKS),
  notify: own('block', ...TASKS),
  listen: own('handler', 'block'),
  until: own(...TASKS),
  retries: own(...TASKS),
  delay: own(...TASKS),
  changed_when: own(...TASKS),
  failed_when: own(...TASKS),
  async: own(...TASKS),
  poll: own(...TASKS),

  role: own('role'),
}

/** Old spellings, and what is written today. */
export const FORMER: Readonly<Record<string, string>> = {
  sudo: 'become: true',
  sudo_user: 'become_user',
  su: 'become: true, become_method: su',
  su_user: 'become_user',
  always_run: 'check_mode: false',
  include: 'import_tasks or import_playbook',
}

export const keywordsOn = (level: Level): readonly string[] =>
  Object.entries(KEYWORDS)
    .filter(([, { on }]) => on.includes(level))
    .map(([name]) => name)
