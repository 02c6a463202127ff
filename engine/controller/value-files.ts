import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import picomatch from 'picomatch'
import { KplayError } from '../errors.ts'
import type { Files } from '../values/surroundings.ts'
import { isVault } from '../vault/envelope.ts'
import type { Keyring } from '../vault/keyring.ts'
import { decodeAs } from './decode.ts'
import { cannotRead, codeOf } from './files.ts'
import { foundAt } from './found.ts'
import { keepFile } from './kept-file.ts'
import { searchPlaces, type Standing } from './search.ts'

/** Files as templates and lookups see them; names are looked for from where the task stands. */
export function valueFiles(
  standing: Standing,
  environment: Readonly<Record<string, string | undefined>>,
  vault?: Keyring,
): Files {
  return {
    readText(path, encoding) {
      try {
        const bytes = readFileSync(path)
        const clear = vault && isVault(bytes) ? vault.openContent(bytes.toString('latin1'), path) : bytes
        return decodeAs(clear, encoding)
      } catch (cause) {
        if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(cause))) return undefined
        throw cause instanceof KplayError ? cause : cannotRead(path, cause)
      }
    },
    isEncrypted: (path) =>
      statSync(path, { throwIfNoEntry: false })?.isFile() ? isVault(readFileSync(path)) : undefined,
    glob: (pattern) => filesMatching(pattern, standing),
    resolve: (name, kind) => searchPlaces(kind, name, standing).find((path) => existsSync(path)),
    env: (name) => environment[name],
    stat: foundAt,
    keep: (path, change) => keepFile(resolve(dirname(standing.playbook), path), change),
  }
}

/** Files that match a pattern: of the places that a relative one may mean, the first that has some. */
function filesMatching(pattern: string, standing: Standing): string[] {
  for (const place of searchPlaces('files', pattern, standing)) {
    const found = glob(place).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    if (found.length > 0) return found
  }
  return []
}

/** Paths that match, sorted, as Python's glob.glob finds them: `*` crosses no slash and no leading dot. */
export function glob(pattern: string): string[] {
  const [first = '', ...parts] = pattern.split('/')
  const starts = first === '' ? ['/'] : step([''], first)
  return parts.reduce((found, part) => (part === '' ? found : step(found, part)), starts).sort()
}

function step(folders: readonly string[], part: string): string[] {
  if (!/[*?[]/.test(part)) return folders.map((folder) => join(folder, part)).filter((path) => existsSync(path))
  const matches = picomatch(part, { noextglob: true, nobrace: true, noglobstar: true })
  return folders.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => matches(name))
      .map((name) => join(folder, name)),
  )
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder === '' ? '.' : folder)
  } catch {
    return []
  }
}
