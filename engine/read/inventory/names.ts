/**
 * What becomes of a group's name that is no name for a variable, as Ansible's `force_valid_group_names` says:
 * `always` and `silently` put underscores into it, `never` and `ignore` leave it.
 */
export type GroupNames = 'always' | 'never' | 'ignore' | 'silently'

const INVALID = /^[\p{Nd}]|[^\p{L}\p{N}_]/gu

export const isSafe = (name: string): boolean => name.search(INVALID) < 0

/** The name with `_` for every character that a variable's name cannot have. */
export const forcedName = (name: string): string => name.replace(INVALID, '_')

export const safeName = (name: string, names: GroupNames): string =>
  names === 'always' || names === 'silently' ? forcedName(name) : name
