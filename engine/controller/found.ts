import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import type { Found } from '../values/surroundings.ts'

/** What stands at a path of the controller, for the tests of files. */
export function foundAt(path: string): Found | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (!stats) return undefined
  const target = statSync(path, { throwIfNoEntry: false })
  return {
    kind: target ? kindOf(target) : 'nothing',
    link: stats.isSymbolicLink(),
    mount: stats.isDirectory() && isMount(path, stats),
    real: target ? realpathSync(path) : path,
  }
}

const kindOf = (stats: Stats): Found['kind'] => (stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other')

/** Another file system than its parent's, or the root, which is its own parent. */
function isMount(path: string, stats: Stats): boolean {
  const parent = statSync(dirname(realpathSync(path)), { throwIfNoEntry: false })
  return parent !== undefined && (parent.dev !== stats.dev || parent.ino === stats.ino)
}
