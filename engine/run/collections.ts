/**
 * The collections whose modules kplay has under the same names. ansible.builtin also answers to names that moved to
 * other collections, as it does in Ansible.
 */
const COLLECTIONS: Readonly<Record<string, 'every module' | readonly string[]>> = {
  'ansible.builtin': 'every module',
  'ansible.legacy': 'every module',
  'ansible.posix': ['authorized_key', 'mount', 'sysctl'],
  'community.general': ['alternatives', 'filesystem', 'ini_file', 'modprobe', 'pam_limits', 'timezone'],
}

export interface ModuleName {
  /** `community.general`; undefined: a name without one. */
  readonly collection: string | undefined
  readonly name: string
}

/** Takes `namespace.collection.module` apart. */
export function moduleName(written: string): ModuleName {
  const [, collection, name = written] = /^([A-Za-z_]\w*\.[A-Za-z_]\w*)\.(\w+)$/.exec(written) ?? []
  return { collection, name }
}

/** The name by which kplay may have the module; undefined when it is another collection's. */
export function ownName(written: string): string | undefined {
  const { collection, name } = moduleName(written)
  if (collection === undefined) return name
  const members = Object.hasOwn(COLLECTIONS, collection) ? COLLECTIONS[collection] : []
  return members === 'every module' || members?.includes(name) ? name : undefined
}

/** Why a written name leads to no module. */
export function whyUnknown(written: string): string {
  const { collection } = moduleName(written)
  if (collection === undefined || collection.startsWith('ansible.')) return `there is no module ${written}`
  return `${written} is not in kplay: it has no plug-ins of other collections`
}
