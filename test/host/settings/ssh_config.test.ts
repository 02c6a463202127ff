import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readPlainHosts } from '../../../engine/host/settings/plain-hosts.ts'
import { SshConfig } from '../../../engine/host/settings/ssh_config.ts'

const home = mkdtempSync(join(tmpdir(), 'kplay-config-'))
afterAll(() => rmSync(home, { recursive: true }))
mkdirSync(join(home, '.ssh'))
const write = (text: string): void => writeFileSync(join(home, '.ssh/config'), text)
const path = process.env['PATH']

describe.each([
  ['ssh -G', path],
  ['the package', join(home, 'no-programs-here')],
])('~/.ssh/config by %s', (_, PATH) => {
  const read = (address: string, more: { port?: number; user?: string } = {}, env: NodeJS.ProcessEnv = {}) =>
    new SshConfig({ PATH, HOME: home, ...env }).settings({ address, ...more })

  test('says what ssh itself would do', async () => {
    write(`Host web
  HostName 10.0.0.1
  Port 2200
  User deploy
  IdentityFile ~/.ssh/deploy
  IdentitiesOnly yes
  ProxyJump op@gate:2222,inner
  HostKeyAlias the-web
  ConnectTimeout 7
  StrictHostKeyChecking accept-new
Host *
  User somebody
`)
    expect(await read('web')).toMatchObject({
      alias: 'web',
      hostName: '10.0.0.1',
      port: 2200,
      user: 'deploy',
      identityFiles: [join(home, '.ssh/deploy')],
      explicitIdentities: true,
      identitiesOnly: true,
      proxyJump: ['op@gate:2222', 'inner'],
      hostKeyAlias: 'the-web',
      connectTimeout: 7,
      strictHostKeyChecking: 'accept-new',
    })
    expect(await read('db')).toMatchObject({
      hostName: 'db',
      port: 22,
      user: 'somebody',
      proxyJump: [],
      proxyCommand: undefined,
    })
    // What the inventory and the command line say counts more.
    expect(await read('web', { port: 22, user: 'root' })).toMatchObject({
      port: 22,
      user: 'root',
      hostName: '10.0.0.1',
    })
  })

  test('has defaults without a file, all below the home', async () => {
    rmSync(join(home, '.ssh/config'))
    const found = await read('db', {}, { SSH_AUTH_SOCK: '/run/agent' })
    expect(found).toMatchObject({
      port: 22,
      user: userInfo().username,
      explicitIdentities: false,
      identitiesOnly: false,
      agent: '/run/agent',
      strictHostKeyChecking: 'yes',
      certificateFiles: [],
    })
    expect(found.identityFiles).toContain(join(home, '.ssh/id_ed25519'))
    expect(found.knownHostsFiles[0]).toBe(join(home, '.ssh/known_hosts'))
  })

  test.each([
    ['none', undefined],
    ['SSH_AUTH_SOCK', '/run/agent'],
    ['$OTHER', '/run/other'],
    ['~/.ssh/agent', join(home, '.ssh/agent')],
  ])('IdentityAgent %s', async (text, expected) => {
    write(`IdentityAgent ${text}\n`)
    expect((await read('db', {}, { SSH_AUTH_SOCK: '/run/agent', OTHER: '/run/other' })).agent).toBe(expected)
  })

  test.each(['-oProxyCommand=x', 'a b', 'a;b', '$(x)', '', 'a/b', "a'b"])('refuses the host name %j', (address) => {
    expect(() => read(address)).toThrow(expect.objectContaining({ code: 'BAD_OPTIONS' }) as Error)
  })

  test('refuses odd users and ports', () => {
    for (const user of ['-l', 'a b', '', 'a;b', '$(x)', 'a`b`']) expect(() => read('web', { user })).toThrow(/user/)
    for (const port of [0, -1, 65536, 1.5, NaN]) expect(() => read('web', { port })).toThrow(/port/)
  })
})

test('a broken file is one clear error', async () => {
  write('NoSuchKeyword yes\n')
  const reading = new SshConfig({ PATH: path, HOME: home }).settings({ address: 'web' })
  await expect(reading).rejects.toMatchObject({
    code: 'BAD_OPTIONS',
    message: expect.stringMatching(/nosuchkeyword/i) as string,
  })
})

test('each host is looked up once', async () => {
  write('Host *\n User one\n')
  const config = new SshConfig({ PATH: path, HOME: home })
  const first = await config.settings({ address: 'web' })
  write('Host *\n User two\n')
  expect(await config.settings({ address: 'web' })).toBe(first)
})

describe('what ssh has said in earlier runs', () => {
  const kept = new Map<string, string>()
  const memory = {
    get: (key: string) => kept.get(key)?.replace(/^user .*$/m, 'user remembered'),
    keep: (key: string, text: string) => void kept.set(key, text),
  }
  const userOf = async (address = 'web'): Promise<string> =>
    (await new SshConfig({ PATH: path, HOME: home }, memory).settings({ address })).user

  test('holds as long as the files say the same', async () => {
    kept.clear()
    write('Host *\n User op\n')
    expect(await userOf()).toBe('op')
    expect(await userOf('other')).toBe('remembered')
    write('Host *\n User another\n')
    expect(await userOf()).toBe('another')
  })

  test.each(['Host web\n User op\n', 'Match all\n User op\n', 'Host *\n User op\n IdentityFile ${HOME}/x\n'])(
    'is not asked about a host that %s is about',
    async (text) => {
      kept.clear()
      write(text)
      expect(await userOf()).toBe('op')
      expect(await userOf()).toBe('op')
    },
  )
})

describe('hosts of which the files say nothing in particular', () => {
  const plain = async (text: string, host: string) => {
    write(text)
    return (await readPlainHosts(join(home, '.ssh/config'))).isPlain(host)
  }

  test.each([
    ['', 'web', true],
    ['Host *\n User op\n', 'web', true],
    ['Host web\n', 'web', false],
    ['Host web\n', 'db', true],
    ['host "we?" *.example\n', 'web', false],
    ['Host=*.example\n', 'a.example', false],
    ['Host * !db\n', 'db', false],
    ['Match user op\n', 'web', false],
    ['Include other\n', 'web', false],
    ['IdentityFile ~/.ssh/%h\n', 'web', false],
    ['CanonicalizeHostname yes\n', 'web', false],
  ])('%j: %s is plain: %s', async (text, host, expected) => {
    expect(await plain(text, host)).toBe(expected)
  })

  test('get the same settings, under their own names', async () => {
    write('Host web\n Port 2222\nHost *\n User op\n')
    const config = new SshConfig({ PATH: path, HOME: home })
    const hosts = ['db1', 'db2', '10.0.0.1', 'web']
    const found = await Promise.all(hosts.map((address) => config.settings({ address })))
    expect(found.map(({ alias, hostName, port, user }) => `${alias} ${user}@${hostName}:${port}`)).toEqual([
      'db1 op@db1:22',
      'db2 op@db2:22',
      '10.0.0.1 op@10.0.0.1:22',
      'web op@web:2222',
    ])
  })
})
