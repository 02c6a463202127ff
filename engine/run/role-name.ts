import type { Role } from '../model.ts'

/** A role's name without that of its collection. */
export const shortRoleName = ({ name, collection }: Role): string =>
  collection === undefined ? name : name.slice(collection.length + 1)
