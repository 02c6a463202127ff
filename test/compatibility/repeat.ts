import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { callsOf, keepCall, restoreFiles } from './call.ts'

const MOST_OUTPUT = 256 * 1024 * 1024

/**
 * Does each call of a target a second time with real Ansible, from the files it had the first time, and keeps what it
 * says: what is drawn anew each time is another then. Gives how many calls ended as before.
 */
export function repeatTarget(target: string, bin: string, records: string): number {
  const root = join(records, 'work', target)
  const changing = [join(root, 'test/integration/targets', target), join(root, 'output')]
  const repeated = callsOf(join(records, 'calls', target)).filter(([folder, call]) => {
    restoreFiles(folder, root, changing)
    const { status, stdout } = spawnSync(join(bin, call.command), call.words, {
      cwd: call.folder,
      input: call.input,
      env: { ...call.environment, KPLAY_COMPATIBILITY: 'within', KPLAY_COMPATIBILITY_REAL: bin },
      encoding: 'utf8',
      maxBuffer: MOST_OUTPUT,
    })
    if (status === call.exit) keepCall(folder, { ...call, again: stdout })
    return status === call.exit
  })
  return repeated.length
}
