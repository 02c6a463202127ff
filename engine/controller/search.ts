import { dirname, isAbsolute, join } from 'node:path'
import { homedir } from 'node:os'
import { KplayError } from '../errors.ts'
import type { Role } from '../model.ts'

/** Where a task stands: what its relative names are relative to. */
export interface Standing {
  readonly role?: Role | undefined
  /** The file the task stands in. */
  readonly file: string
  readonly playbook: string
}

export type SearchKind = 'files' | 'templates' | 'vars'

/**
 * The paths a name may mean, in Ansible's order: the role's files/ (templates/, vars/), the role, the folder of the
 * task, the playbook's files/, the playbook's folder.
 */
export function searchPlaces(kind: SearchKind, name: string, { role, file, playbook }: Standing): readonly string[] {
  if (name === '~' || name.startsWith('~/')) return [join(homedir(), name.slice(1))]
  if (isAbsolute(name)) return [name]
  const bases = [...(role ? [role.path] : []), dirname(file), dirname(playbook)]
  // A name that starts with the folder's own (files/x) is found in the base itself.
  return [...new Set(bases.flatMap((base) => [join(base, kind, name), join(base, name)]))]
}

export function notFound(kind: SearchKind, name: string, places: readonly string[]): KplayError {
  const what = { files: 'file', templates: 'template', vars: 'file of variables' }[kind]
  return new KplayError('NOT_FOUND', `there is no ${what} ${name} on the controller`, {
    hint: `looked for ${places.join(', ')}`,
  })
}
