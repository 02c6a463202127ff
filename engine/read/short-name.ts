const PREFIX = /^ansible\.(?:builtin|legacy)\./

/** A module's name without the collection that all of Ansible's own are in. */
export const shortName = (action: string): string => action.replace(PREFIX, '')
