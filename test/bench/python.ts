import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { attempt } from '../lab/shell.ts'

export interface Python {
  readonly program: string
  /** Such as 3.13.0. */
  readonly version: string
}

/** What ansible-core's newest version asks for. */
const OLDEST = [3, 12]

const question = `import sys, venv, ensurepip; print(sys.executable, '%d.%d.%d' % sys.version_info[:3])`

/** Folders that may hold a Python: those of PATH, and the versions of pyenv, whose own commands give only one. */
function folders(): string[] {
  const versions = join(process.env['PYENV_ROOT'] || join(homedir(), '.pyenv'), 'versions')
  const own = existsSync(versions) ? readdirSync(versions).map((name) => join(versions, name, 'bin')) : []
  return [...(process.env['PATH'] ?? '').split(':'), ...own].filter((folder) => existsSync(folder))
}

const parts = (version: string): number[] => version.split('.').map(Number)

function order(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((part, index) => part !== right[index])
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}

/**
 * The newest Python of this machine that can make environments.
 * @throws Error when all are older than the peers need
 */
export async function newestPython(): Promise<Python> {
  const programs = folders().flatMap((folder) =>
    readdirSync(folder).flatMap((name) => (/^python3(\.\d+)?$/.test(name) ? [join(folder, name)] : [])),
  )
  const found: Python[] = []
  for (const program of programs) {
    const { exitCode, stdout } = await attempt`${program} -c ${question}`
    const [path, version] = stdout.trim().split(' ')
    if (exitCode === 0 && path && version) found.push({ program: path, version })
  }
  const best = found
    .filter(({ version }) => order(parts(version), OLDEST) >= 0)
    .sort((one, other) => order(parts(other.version), parts(one.version)))[0]
  if (!best) throw new Error(`the peers need Python ${OLDEST.join('.')} or newer, with venv and pip`)
  return best
}
