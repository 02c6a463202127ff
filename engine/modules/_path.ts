/** Paths on a managed host, as text; nothing is looked up. */

export const basename = (path: string): string => /([^/]*)\/*$/.exec(path)?.[1] ?? ''

export function dirname(path: string): string {
  const above = withoutSlash(path).replace(/[^/]*$/, '')
  return above === '' ? '.' : withoutSlash(above)
}

/** Without slashes at its end; the root folder keeps its own. */
export const withoutSlash = (path: string): string => path.replace(/(?<=.)\/+$/, '')

export const join = (folder: string, name: string): string =>
  name.startsWith('/') ? name : `${folder.replace(/\/+$/, '')}/${name}`

/** The folders above a path, topmost first, the root folder left out. */
export function foldersAbove(path: string): readonly string[] {
  const above = dirname(path)
  return above === path || above === '/' || above === '.' ? [] : [...foldersAbove(above), above]
}

/** Without `.` and `..`, as far as text can tell; undefined when it leads above where it starts. */
export function normalized(path: string): string | undefined {
  const words: string[] = []
  for (const word of path.split('/')) {
    if (word === '' || word === '.') continue
    if (word !== '..') words.push(word)
    else if (words.pop() === undefined) return undefined
  }
  return (path.startsWith('/') ? '/' : '') + words.join('/')
}
