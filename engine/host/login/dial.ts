import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { KplayError } from '../../errors.ts'
import type { SshSettings } from '../settings/ssh_config.ts'

/** Opens a TCP connection. Rejects with node's own error; ETIMEDOUT after `timeout` seconds. */
export function dial({ hostName, port, addressFamily }: SshSettings, timeout: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostName.replace(/^\[(.*)\]$/, '$1'),
      port,
      family: addressFamily,
      // Without this each command costs 28 ms instead of 1: ssh2 does not ask for it itself.
      noDelay: true,
      keepAlive: true,
      // Node's 250 ms for each address of a name are too short for a far-away host.
      autoSelectFamilyAttemptTimeout: 2500,
    })
    const late = setTimeout(() => {
      socket.destroy()
      reject(Object.assign(new Error(`connect ETIMEDOUT ${hostName}:${port}`), { code: 'ETIMEDOUT' }))
    }, timeout * 1000)
    socket.once('error', (error) => {
      clearTimeout(late)
      reject(error)
    })
    socket.once('connect', () => {
      clearTimeout(late)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

/** The same from a jump host. */
export function dialThrough(hop: Client, { hostName, port }: SshSettings, timeout: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(
        new KplayError('UNREACHABLE', 'the jump host cannot reach it', {
          hint: 'is the address right as the jump host sees it, and does its sshd allow forwarding (AllowTcpForwarding)?',
          cause,
        }),
      )
    const late = setTimeout(() => fail(new Error(`no answer within ${timeout} s`)), timeout * 1000)
    try {
      hop.forwardOut('127.0.0.1', 0, hostName, port, (error, channel) => {
        clearTimeout(late)
        if (error) fail(error)
        else resolve(channel)
      })
    } catch (error) {
      clearTimeout(late)
      fail(error)
    }
  })
}
