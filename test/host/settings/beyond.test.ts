import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { SshConfig } from '../../../engine/host/settings/ssh_config.ts'

const home = mkdtempSync(join(tmpdir(), 'kplay-beyond-'))
afterAll(() => rmSync(home, { recursive: true }))
mkdirSync(join(home, '.ssh'))
writeFileSync(
  join(home, '.ssh/config'),
  `Host proxied
  ProxyCommand nc %h %p
Host old
  KexAlgorithms diffie-hellman-group1-sha1
  Port 2222
Host forwarding
  ForwardAgent yes
Host easy
  User deploy
  ControlMaster auto
  ServerAliveInterval 30
  SendEnv LANG
  Compression yes
`,
)
const find = (address: string, words: readonly string[] = []) =>
  new SshConfig({ PATH: process.env['PATH'], HOME: home }).settings({ address, words })

test.each<[string, string, readonly string[]]>([
  ['plain', '', []],
  ['easy', '', []],
  ['proxied', '', ['proxycommand']],
  ['old', '', ['kexalgorithms']],
  ['forwarding', '', ['forwardagent']],
  ['plain', '-C -o ControlMaster=auto -o ControlPersist=60s -o ServerAliveInterval=5', []],
  ['plain', '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -J gate -i /key', []],
  ['plain', '-o ProxyCommand=none', []],
  ['plain', '-oProxyCommand=nc', ['proxycommand']],
  ['plain', '-A -o BindAddress=::1', ['forwardagent', 'bindaddress']],
])('of %s %s only ssh can do %j', async (host, line, expected) => {
  const { beyond } = await find(host, line === '' ? [] : line.split(' '))
  expect([...beyond].sort()).toEqual([...expected].sort())
})

test('words for ssh count as they would on its own command line', async () => {
  expect(await find('easy', ['-o', 'User=other', '-p', '99', '-J', 'gate', '-o', 'ConnectTimeout=3'])).toMatchObject({
    user: 'other',
    port: 99,
    proxyJump: ['gate'],
    connectTimeout: 3,
  })
  expect(await find('easy')).toMatchObject({ user: 'deploy', port: 22, proxyJump: [] })
})
