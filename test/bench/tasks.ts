/** What everyday playbooks mostly consist of, one of each in turn. */
const cycle = ['directory', 'copy', 'copy', 'line', 'link', 'copy', 'directory', 'line', 'copy', 'command'] as const

export interface Task {
  readonly kind: (typeof cycle)[number]
  readonly number: number
}

export const makeTasks = (count: number): Task[] =>
  Array.from({ length: count }, (_, number) => ({ kind: cycle[number % cycle.length] ?? 'command', number }))

const base = (name: string): string => `/srv/bench/${name}`

function actionOf({ kind, number }: Task, folder: string): Record<string, unknown> {
  switch (kind) {
    case 'directory':
      return { file: { path: `${folder}/d${number}`, state: 'directory', mode: '0755' } }
    case 'copy':
      return {
        copy: { dest: `${folder}/f${number}`, content: `text ${number} of {{ inventory_hostname }}\n`, mode: '0644' },
      }
    case 'link':
      return { file: { path: `${folder}/l${number}`, src: '/etc/hostname', state: 'link' } }
    case 'line':
      return { lineinfile: { path: `${folder}/lines`, line: `setting${number}=1`, create: true, mode: '0644' } }
    case 'command':
      return { command: 'true', changed_when: false }
  }
}

/** As a playbook, in JSON, of which YAML is the larger language. */
export function playbookOf(tasks: readonly Task[], hosts: string): string {
  const folder = base('{{ inventory_hostname }}')
  const list = tasks.map((task) => ({ name: `${task.kind} ${task.number}`, ...actionOf(task, folder) }))
  return JSON.stringify([{ name: 'tasks', hosts, gather_facts: false, tasks: list }], undefined, 1)
}

/** What has to be asked on a host when nothing is to be changed, task by task. */
export const plainQuestions = (tasks: readonly Task[], name: string): string[] =>
  tasks.map(({ kind, number }) => {
    const folder = base(name)
    if (kind === 'directory') return `stat -c '%F %a %U %G' ${folder}/d${number}`
    if (kind === 'copy') return `stat -c '%F %a %U %G' ${folder}/f${number}; sha256sum ${folder}/f${number}`
    if (kind === 'link') return `readlink ${folder}/l${number}`
    if (kind === 'line') return `stat -c '%F %a %U %G' ${folder}/lines; grep -Fx setting${number}=1 ${folder}/lines`
    return '/bin/true'
  })

/** The same, those of one kind in one process; what is run stays one process each. */
export function batchedQuestions(tasks: readonly Task[], name: string): string {
  const folder = base(name)
  const paths = (kind: Task['kind'], letter: string): string[] =>
    tasks.filter((task) => task.kind === kind).map(({ number }) => `${folder}/${letter}${number}`)
  const files = paths('copy', 'f')
  const all = [...paths('directory', 'd'), ...files, ...paths('link', 'l'), `${folder}/lines`]
  const commands = tasks.filter(({ kind }) => kind === 'command').map(() => '/bin/true')
  return [`stat -c '%n %F %a %U %G %N' ${all.join(' ')}`, `sha256sum ${files.join(' ')}`, `cat ${folder}/lines`]
    .concat(commands)
    .join('\n')
}
