import { $, which } from 'zx'

/** Commands that building the mirror starts, and the Debian packages they come from. */
const packageOf = { mvn: 'maven', tar: 'tar', gzip: 'gzip' }

/** Why something could not be done, in words for a person: shown without a stack. */
export class MirrorError extends Error {
  override name = 'MirrorError'
}

/** Installs what is missing where that is possible (root on Debian); says what to install where it is not. */
export async function ensureTools(): Promise<void> {
  const missing: string[] = []
  for (const [command, name] of Object.entries(packageOf)) {
    if (!(await which(command, { nothrow: true }))) missing.push(name)
  }
  if (missing.length === 0) return
  const canInstall = process.getuid?.() === 0 && (await which('apt-get', { nothrow: true }))
  if (!canInstall)
    throw new MirrorError(`not installed: ${missing.join(', ')} (do: apt-get install ${missing.join(' ')})`)
  const apt = $({
    quiet: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  await apt`apt-get -q -o DPkg::Lock::Timeout=600 update`
  await apt`apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends ${missing}`
}
