import { expect, test } from 'vitest'
import { settingsOf } from '../../engine/run/connect.ts'
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
