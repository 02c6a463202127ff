import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readPlaybook } from '../../engine/read/playbook.ts'
import { readInventory } from '../../engine/read/inventory/read.ts'
import { readProject } from '../../engine/read/project.ts'
import { Template } from '../../engine/value.ts'
import { names as namesIn } from '../../engine/values/used-names.ts'
import { diskFiles, flat, isTemplate, readRoleFiles, roleNames, root, type Yaml } from './role.ts'
import { renderTable } from './table.ts'

/** Variables that several roles heed, of which none is their own. */
const SHARED = ['mirror', 'programs', 'environment_users', 'environment_profile_d']
/** Of one role that another heeds, so that it need be said only once. */
const BORROWED = [
  'zookeeper_group',
  'zookeeper_host',
  'zookeeper_client_port',
  'os_tuning_data_disk',
  'kafka_group',
  'kafka_default_replication_factor',
]
const MAGIC = ['inventory_hostname', 'groups', 'hostvars', 'ansible_facts', 'ansible_play_hosts', 'item', 'omit']
/** Modules that only ask. */
const QUESTIONS = [
  'stat',
  'slurp',
  'kafka_info',
  'wait_for',
  'assert',
  'debug',
  'set_fact',
  'fail',
  'meta',
  'import_tasks',
  'include_vars',
]

const freeForm = new Set(['command', 'shell', 'meta', 'include_vars'])
const playbooks = ['site', 'preflight', 'smoke'].map((name) => join(root, 'playbooks', `${name}.yml`))

test('the project, its inventory and its playbooks read', () => {
  const { rolesPaths, inventory } = readProject(
    { from: join(root, 'playbooks'), workingFolder: root, environment: {} },
    diskFiles,
  )
  const { groups } = readInventory([...inventory], diskFiles)
  expect(groups.get('zookeeper')?.hosts).toEqual(['test1', 'test2', 'test3'])
  expect(groups.get('kafka')?.hosts).toEqual(['test1', 'test2', 'test3', 'test4', 'test5'])
  for (const path of playbooks) expect(readPlaybook(path, diskFiles, { rolesPaths, freeForm }).plays).not.toEqual([])
})

describe.each(roleNames)('%s', (name) => {
  const role = readRoleFiles(name)
  const { prefix, texts, defaults, vars, options, tasks } = role
  const sources = [...texts].filter(([path]) => path !== 'README.md')

  test('has all that a role of ours has', () => {
    const expected = ['README.md', 'defaults/main.yml', 'meta/argument_specs.yml', 'meta/main.yml', 'tasks/main.yml']
    expect([...texts.keys()]).toEqual(expect.arrayContaining(expected))
  })

  test('knows nothing of this repository', () => {
    const places = /\btest[1-9]\b|\b10\.9\d\.|kplay-lab|kplay-data|playbook_dir|role_path|\.\.\//
    expect(sources.filter(([, text]) => places.test(text)).map(([path]) => path)).toEqual([])
  })

  test('never looks away', () => {
    expect(sources.filter(([, text]) => /ignore_errors|ansible_check_mode|run_once/.test(text))).toEqual([])
    const silent = tasks.filter(
      ({ task }) => ('changed_when' in task || 'check_mode' in task || 'failed_when' in task) && !isQuestion(task),
    )
    expect(silent.map(({ file, task }) => `${file}: ${String(task['name'])}`)).toEqual([])
  })

  test('every task has a name', () => {
    expect(tasks.filter(({ task }) => typeof task['name'] !== 'string')).toEqual([])
  })

  test('declares every variable, with a prefix, a type and a description', () => {
    const required = Object.keys(options).filter((option) => options[option]?.required)
    expect([...Object.keys(defaults), ...required].sort()).toEqual(Object.keys(options).sort())
    expect(Object.keys(options).filter((option) => !option.startsWith(prefix))).toEqual([])
    for (const [option, { type, description, default: fallback }] of Object.entries(options)) {
      expect(description, option).toMatch(/^[A-Z`].*\.$/s)
      expect(type, option).toBeDefined()
      const written = defaults[option]
      expect(fallback, `default of ${option}`).toEqual(written === null || isTemplate(written) ? undefined : written)
    }
  })

  test('uses no variable that it does not have', () => {
    const own = [
      ...Object.keys(vars),
      ...tasks.flatMap(({ task }) => [
        ...Object.keys((task['vars'] ?? {}) as Yaml),
        ...(typeof task['register'] === 'string' ? [task['register']] : []),
      ]),
    ]
    expect(own.filter((variable) => !variable.startsWith(prefix))).toEqual([])
    const known = new Set([...Object.keys(options), ...own, ...SHARED, ...BORROWED, ...MAGIC])
    const used = [
      ...[...Object.values(defaults), ...Object.values(vars)].flatMap(variablesIn),
      ...tasks.flatMap(({ task }) => variablesInTask(task)),
      ...sources.filter(([path]) => path.endsWith('.j2')).flatMap(([, text]) => variablesIn(text)),
    ]
    expect([...new Set(used)].filter((variable) => !known.has(variable))).toEqual([])
  })

  // What is given with -e or in an INI inventory is text, and the text "false" is true.
  test('takes a yes or no, and a number, that is given as text', () => {
    const scripts = sources.filter(([path]) => /^(tasks|handlers|templates)\//.test(path))
    for (const [option, { type }] of Object.entries(options)) {
      const wrong =
        type === 'bool'
          ? new RegExp(`(?:when: |if |not |and |or |\\()(?:not )?${option}\\b(?! \\| bool)`)
          : type === 'int'
            ? new RegExp(`\\b${option} (?://?|[*%+<>-]|[<>=]=) |(?://?|[*%+<>-]|[<>]=) ${option}\\b(?! \\| int)`)
            : undefined
      expect(wrong ? scripts.filter(([, text]) => wrong.test(text)).map(([path]) => path) : [], option).toEqual([])
    }
  })

  test('its README holds the table of its variables', async () => {
    const path = join(role.folder, 'README.md')
    const text = texts.get('README.md') ?? ''
    const head = text.slice(0, text.indexOf('## Variables'))
    expect(head).not.toBe('')
    // Written anew by `npx vitest -u`.
    await expect(`${head}## Variables\n\n${renderTable(role)}\n`).toMatchFileSnapshot(path)
  })
})

test('playbooks are honest too', () => {
  for (const path of playbooks) {
    const text = diskFiles.readText(path) ?? ''
    expect(text).not.toMatch(/ignore_errors|ansible_check_mode|changed_when/)
  }
})

function isQuestion(task: Yaml): boolean {
  if (QUESTIONS.some((module) => module in task)) return true
  const [args] = ['command', 'shell'].flatMap((module) => (module in task ? [task[module] as Yaml] : []))
  return args?.['read_only'] === true
}

/** Names in every template below a value; `when` and its kin are expressions as they stand. */
function variablesIn(value: unknown): string[] {
  if (typeof value === 'string') return isTemplate(value) ? [...namesIn(new Template(value))] : []
  if (Array.isArray(value)) return value.flatMap(variablesIn)
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(variablesIn) : []
}
const EXPRESSIONS = ['when', 'until', 'failed_when', 'changed_when', 'that']

function variablesInTask(task: Yaml): string[] {
  return Object.entries(task).flatMap(([key, value]) => {
    if (['block', 'rescue', 'always'].includes(key)) return []
    if (EXPRESSIONS.includes(key)) return expressions(value)
    if (key === 'assert') return variablesInTask(value as Yaml)
    return variablesIn(value)
  })
}
const expressions = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((each) =>
    typeof each === 'string' ? [...namesIn(new Template(each, undefined, { expression: true }))] : [],
  )

test('what the tests look for is there to be found', () => {
  expect(flat([{ block: [{ name: 'a' }], rescue: [{ name: 'b' }] }])).toHaveLength(3)
  expect(variablesInTask({ when: 'a and b.c', copy: { content: '{{ d }}' }, assert: { that: ['e'] } })).toEqual([
    'a',
    'b',
    'd',
    'e',
  ])
})
