import { KplayErrors, type KplayError } from '../../engine/errors.ts'
import type { Block, Node, Play, Playbook, Task } from '../../engine/model.ts'
import { readPlaybook } from '../../engine/read/playbook.ts'
import { Template, type Raw, type Vars } from '../../engine/value.ts'
import { memoryFiles } from './memory-files.ts'

const FREE_FORM = new Set(['command', 'shell', 'raw', 'meta', 'include_vars'])

export const read = (texts: Record<string, string>): Playbook =>
  readPlaybook('/p/site.yml', memoryFiles(texts), { rolesPaths: ['/more/roles'], freeForm: FREE_FORM })

export const play = (text: string, others: Record<string, string> = {}): Play => {
  const [first] = read({ '/p/site.yml': text, ...others }).plays
  if (!first) throw new Error('no play')
  return first
}
export const tasks = (text: string, others: Record<string, string> = {}): readonly Node[] =>
  play(`- hosts: all\n  tasks:\n${text.replace(/^/gm, '    ')}`, others).tasks
export const task = (text: string, others: Record<string, string> = {}): Task => {
  const [first] = tasks(text, others)
  if (first?.kind !== 'task') throw new Error('no task')
  return first
}
export const block = (text: string, others: Record<string, string> = {}): Block => {
  const [first] = tasks(text, others)
  if (first?.kind !== 'block') throw new Error('no block')
  return first
}

/** Mistakes as `file:line:column message`, the file only when it is not the playbook. */
export function mistakes(text: string, others: Record<string, string> = {}): string[] {
  try {
    read({ '/p/site.yml': text, ...others })
  } catch (error) {
    const problems = error instanceof KplayErrors ? error.problems : [error as KplayError]
    return problems.map(({ message, place, hint }) => {
      const file = place?.file === '/p/site.yml' ? '' : `${place?.file ?? ''}:`
      return `${file}${place?.line ?? ''}:${place?.column ?? ''} ${message}${hint ? ` (${hint})` : ''}`
    })
  }
  return []
}
/** The same for a list of tasks that starts in line 3, column 5. */
export const taskMistakes = (text: string, others: Record<string, string> = {}): string[] =>
  mistakes(`- hosts: all\n  tasks:\n${text.replace(/^/gm, '    ')}`, others)

export const shown = (raw: Raw | undefined): unknown =>
  raw instanceof Template ? `${raw.expression ? '?' : '~'}${raw.source}` : raw
export const args = ({ args }: Task): Record<string, unknown> =>
  Object.fromEntries([...args].map(([name, { value }]) => [name, shown(value)]))
export const vars = (all: Vars): Record<string, unknown> =>
  Object.fromEntries([...all].map(([name, { value }]) => [name, shown(value)]))
