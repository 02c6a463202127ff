import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What makes `ssh` take a password from us: it asks a program, and that answers from its environment. */
export interface Askpass {
  readonly env: NodeJS.ProcessEnv
  remove(): Promise<void>
}

/** The password stands in no file and no argv; an environment is readable by its own user only. */
export async function makeAskpass(password: string): Promise<Askpass> {
  const folder = await mkdtemp(join(tmpdir(), 'kplay-askpass-'))
  const program = join(folder, 'askpass')
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$KPLAY_ASKPASS"\n`, { mode: 0o700 })
  return {
    env: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0', KPLAY_ASKPASS: password },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
