import type { Algorithms, KexAlgorithm, ServerHostKeyAlgorithm } from 'ssh2'

/**
 * Group exchange comes last: it makes node check the server's prime, which takes the event loop two seconds or more
 * for each connection. An OpenSSH 5.3 (CentOS 6) knows no other modern method, hence group14-sha1 before it.
 */
const KEX: KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha1',
  'diffie-hellman-group-exchange-sha256',
]

const HOST_KEYS: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

/** What we offer. Host key types of `preferred` first: a host known by one type must be asked for that one. */
export function algorithmsFor(preferred: readonly string[]): Algorithms {
  const family = (algorithm: string) => (algorithm.startsWith('rsa-sha2') ? 'ssh-rsa' : algorithm)
  const first = HOST_KEYS.filter((one) => preferred.includes(family(one)))
  return {
    kex: KEX,
    serverHostKey: [...first, ...HOST_KEYS.filter((one) => !first.includes(one))],
    // At the end, for servers that offer nothing better.
    cipher: { append: ['aes128-cbc', 'aes256-cbc', '3des-cbc'], prepend: [], remove: [] },
    hmac: { append: ['hmac-md5'], prepend: [], remove: [] },
  }
}
