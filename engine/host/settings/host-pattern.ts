/** A pattern of ssh's, where `*` and `?` are wild (ssh_config(5), PATTERNS); names of hosts know no upper case. */
export const hostPattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  )
