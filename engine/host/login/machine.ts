import type { SshSettings } from '../settings/ssh_config.ts'

/** The machine behind a name: the same for two aliases that lead to one login at one address. */
export function machineName({ user, hostName, port, proxyJump }: SshSettings): string {
  const address = `${user}@${hostName.toLowerCase()}:${port}`
  return proxyJump.length > 0 ? `${address} through ${proxyJump.join(',')}` : address
}
