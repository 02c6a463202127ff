/** An entry of a table, never what every object inherits: `own(table, 'constructor')` is undefined. */
export const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined
