import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shells, temporaryFolder, type Shell } from '../../support/local-session.ts'

// By its whole path: that of busybox knows less.
const setpriv = ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
const isRoot = process.getuid?.() === 0

/** The shells as somebody from whom something can be kept secret; none where root cannot become anybody else. */
export const unprivileged: readonly Shell[] = !isRoot
  ? shells
  : spawnSync(setpriv[0] ?? '', [...setpriv.slice(1), 'true']).status === 0
    ? shells.map((shell) => ({ ...shell, words: [...setpriv, ...shell.words] }))
    : []

/** A folder that everybody can look into. */
export function openFolder(): string {
  const folder = temporaryFolder()
  chmodSync(folder, 0o755)
  return folder
}

/** A shell whose `tool` writes a word into a file for each time that it is started, and then is what `then` says. */
export function counting(tool: string, then = `exec /usr/bin/${tool} "$@"`): { shell: Shell; started(): number } {
  const folder = temporaryFolder()
  const log = join(folder, 'log')
  writeFileSync(join(folder, tool), `#!/bin/sh\necho . >>${log}\n${then}\n`, { mode: 0o755 })
  writeFileSync(log, '')
  const [shell] = shells as readonly [Shell]
  return {
    shell: { ...shell, path: `${folder}:${shell.path}` },
    started() {
      const count = readFileSync(log, 'utf8').length / 2
      rmSync(log)
      writeFileSync(log, '')
      return count
    },
  }
}
