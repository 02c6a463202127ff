/**
 * A shell pattern as Python's `fnmatch` reads it: `*`, `?`, `[abc]` and `[!abc]`, for the whole of a name, in which
 * neither slashes nor leading dots are anything special.
 */
export function globExpression(pattern: string): RegExp {
  const written = /\[(!?)(\]?[^\]]*)\]|([*?])|[^]/g
  const parts = [...pattern.matchAll(written)].map(([char, negated, set, wild]) => {
    if (set) return `[${negated ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`
    if (wild !== undefined) return wild === '*' ? '[^]*' : '[^]'
    return char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`)
}
