import { posix } from 'node:path'
import type { Files } from '../../engine/read/files.ts'

/** Files in memory: paths → text. Folders are those that the paths imply. */
export function memoryFiles(texts: Readonly<Record<string, string>>): Files {
  const paths = new Map(Object.entries(texts).map(([path, text]) => [posix.normalize(path), text]))
  const below = (folder: string): string[] => {
    const prefix = posix.normalize(`${folder}/`)
    return [...paths.keys()].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length))
  }
  const files: Files = {
    readText: (path) => paths.get(posix.normalize(path)),
    list(folder) {
      const names = new Set(below(folder).map((path) => path.split('/')[0] ?? ''))
      return names.size === 0 ? undefined : [...names].sort()
    },
    isDirectory: (path) => below(path).length > 0,
    exists: (path) => paths.has(posix.normalize(path)) || below(path).length > 0,
  }
  return files
}
