import { execFileSync } from 'node:child_process'
import { FramedShell } from '../../../engine/host/framed.ts'
import { connectLocal } from '../../../engine/host/local.ts'
import { temporaryFolder } from '../../support/local-session.ts'

const has = (program: string): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    return false
  }
}

/** Where the shells have their temporary folders. */
export const folder = temporaryFolder()

/** Hides programs that a bare host may lack, in a mount namespace of its own. */
const without = (...programs: string[]): string =>
  `exec unshare -m sh -c 'for p in ${programs.join(' ')}; do mount --bind /dev/null "$(command -v "$p")" || exit; done; exec dash'`
const canHide = (): boolean => {
  try {
    return !execFileSync('/bin/sh', ['-c', without('setsid')], { input: 'command -v setsid', stdio: 'pipe' }).length
  } catch (error) {
    return (error as { status?: number }).status === 127
  }
}

const all: readonly (readonly [name: string, program: string, commandLine: string])[] = [
  ['sh', 'sh', 'echo "welcome to $HOME"; echo beware >&2; exec /bin/sh'],
  ['dash', 'dash', 'exec dash'],
  ['bash', 'bash', 'exec bash --posix'],
  ['busybox ash', 'busybox', 'exec busybox sh'],
  ['dash without setsid and head', 'unshare', without('setsid', 'head')],
]

/** The shells that this machine has, each with the command line that starts it. */
export const shells = all.filter(([, program]) => has(program) && (program !== 'unshare' || canHide()))

/** What a login has: kplay's own variables on the controller (where its cache is, say) are none of it. */
export const loginEnvironment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:KPLAY|LC)_/.test(name))),
  LC_ALL: 'C.UTF-8',
}

/** A framed shell with a login environment of its own. */
export async function openShell(commandLine: string): Promise<FramedShell> {
  const env = { ...loginEnvironment, TMPDIR: folder, KPLAY_TEST: 'login' }
  return FramedShell.open(await connectLocal(env).start(commandLine), 10)
}
