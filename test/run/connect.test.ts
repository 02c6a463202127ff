import { expect, test } from 'vitest'
import type { KplayErrors } from '../../engine/errors.ts'
import { checkConnection, settingsOf } from '../../engine/run/connect.ts'
import type { RunContext } from '../../engine/run/context.ts'
import { Scope } from '../../engine/values/scope.ts'

const context = {
  options: { connection: { timeout: 10, acceptNewHostKeys: false, knownHosts: [], become: false } },
} as unknown as RunContext

test('arguments for ssh keep what is quoted together, as in Ansible', () => {
  const vars = new Map([
    ['ansible_ssh_common_args', { value: `-o ProxyCommand="ssh -W %h:%p -q ops@bastion" -o 'A=b c'` }],
    ['ansible_ssh_extra_args', { value: '-C' }],
  ])
  const { sshArguments } = settingsOf('h1', { keywords: [], roles: [] }, new Scope([{ name: 'v', vars }]), context)
  expect(sshArguments).toEqual(['-o', 'ProxyCommand=ssh -W %h:%p -q ops@bastion', '-o', 'A=b c', '-C'])
})

test('what the command line says wrongly about all hosts is found before any of them is contacted', () => {
  const files = { exists: (path: string) => path === '/k' }
  const connection = { ...context.options.connection, becomeMethod: 'sodu', kind: 'telnet', privateKeyFile: '/nokey' }
  try {
    checkConnection(connection, files)
    expect.fail('it should have been refused')
  } catch (error) {
    expect((error as KplayErrors).problems.map(({ message }) => message)).toEqual([
      'unknown connection telnet',
      'unknown become method sodu',
      'there is no key file /nokey',
    ])
  }
  checkConnection({ ...connection, becomeMethod: 'su', kind: 'paramiko', privateKeyFile: '/k' }, files)
})
