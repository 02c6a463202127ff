import { execFile, spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
// A lab of its own: hosts are frozen and cut off here.
vi.hoisted(() => (process.env['KPLAY_LAB'] = '97'))
import type { KplayError } from '../../engine/errors.ts'
import { openMachines } from '../../engine/host/machines.ts'
import { userScript } from '../../engine/host/shell.ts'
import type { AskSecret, Become, ConnectionSettings, Machines, Target } from '../../engine/host/target.ts'
import { cutNetwork, freeze, thaw, uncutNetwork } from './faults.ts'
import { type Host, host } from './host.ts'
import { down, up } from './lab.ts'
import { labProblem } from './machine.ts'
import { rootPassword } from './roster.ts'

const run = promisify(execFile)
const sudo: Become = { method: 'sudo', user: 'root', flags: [] }
const su: Become = { method: 'su', user: 'root', flags: [] }
const runScript = (text: string) => ({
  kind: 'run' as const,
  command: userScript(text),
  effects: [],
  okCodes: 'any' as const,
})

describe.skipIf(labProblem())('logging in', () => {
  const home = mkdtempSync(join(tmpdir(), 'kplay-login-'))
  const open: Machines[] = []
  let test1: Host
  let asked: string[]

  beforeAll(async () => {
    await down()
    await up(['test1', 'sysv1', 'busybox1'])
    test1 = host('test1')
    mkdirSync(join(home, '.ssh'), { mode: 0o700 })
  })
  afterAll(async () => {
    await down()
    rmSync(home, { recursive: true })
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((machines) => machines.close()))
    rmSync(join(home, '.ssh'), { recursive: true })
    mkdirSync(join(home, '.ssh'), { mode: 0o700 })
  })

  /** All connections of a run of somebody whose home is empty but for what the test puts there. */
  function machines(answers: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Machines {
    asked = []
    const left = [...answers]
    const askSecret: AskSecret = async (prompt) => {
      asked.push(prompt)
      return left.shift()
    }
    const { SSH_AUTH_SOCK: _, ...bare } = process.env
    const opened = openMachines({ askSecret, env: { ...bare, HOME: home, ...env } })
    open.push(opened)
    return opened
  }
  const settings = (more: Partial<ConnectionSettings> = {}): ConnectionSettings => ({
    host: 'test1',
    kind: 'ssh',
    address: test1.address,
    user: 'root',
    timeout: 10,
    sshArguments: [],
    acceptNewHostKeys: false,
    knownHosts: [test1.knownHosts],
    privateKeyFile: test1.key,
    ...more,
  })
  const ask = async (target: Target, text: string) => (await target.reader.ask(userScript(text))).stdout
  const refusal = (wanted: Partial<ConnectionSettings>, become?: Become, answers: string[] = []): Promise<KplayError> =>
    machines(answers)
      .open(settings(wanted), become)
      .then(
        () => expect.fail('it should have been refused'),
        (error: KplayError) => error,
      )

  test('as root, by key: asks, acts, and leaves nothing behind', async () => {
    const all = machines()
    const target = await all.open(settings())
    expect(target).toMatchObject({ user: 'root', home: '/root', machine: `root@${test1.address}:22` })
    expect(await ask(target, 'hostname; id -u')).toBe('test1\n0\n')
    const result = await target.run(runScript('echo done; echo oops >&2; exit 4'))
    expect(result).toMatchObject({ code: 4, stdout: 'done\n', stderr: 'oops\n' })
    await all.close()
    expect((await test1.exec('ls -d /tmp/.kplay-* 2>/dev/null')).stdout).toBe('')
  })

  test.each([
    ['sudo without a password', { user: 'op' }, sudo],
    ['sudo with one', { user: 'pw' }, { ...sudo, password: 'pw-lab' }],
    ['a password that sudo does not ask for', { user: 'op' }, { ...sudo, password: 'never sent' }],
    ['sudo that insists on a terminal', { user: 'tty' }, sudo],
    ['su', { user: 'plain' }, { ...su, password: rootPassword }],
    ['nothing, when root becomes root', {}, sudo],
  ] as const)('becomes root by %s', async (_, wanted, become) => {
    const all = machines()
    const target = await all.open(settings(wanted), become)
    expect(target).toMatchObject({ user: 'root', home: '/root' })
    expect(await ask(target, 'id -u; cat')).toBe('0\n')
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_value, at) => (at * 7) % 256))
    const path = `/root/sent-${Math.random()}`
    const written = { kind: 'write' as const, path, content: bytes, mode: '0600' }
    expect(await target.run(written)).toMatchObject({ code: 0 })
    expect((await target.reader.readBytes(path))?.equals(bytes)).toBe(true)
    expect(await target.run(runScript('echo out; echo err >&2; cat; exit 3'))).toMatchObject({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  })

  test('becomes root by an su that insists on a terminal, as on CentOS 6', async () => {
    const program = '/usr/local/bin/old-su'
    await test1.exec(
      `printf '#!/bin/sh\\n[ -t 0 ] || { echo standard in must be a tty; exit 1; }\\nexec su "$@"\\n' >${program}; chmod 755 ${program}`,
    )
    const target = await machines().open(settings({ user: 'plain' }), { ...su, program, password: rootPassword })
    expect(await ask(target, 'id -u; cat')).toBe('0\n')
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7) % 256))
    await target.run({ kind: 'write', path: '/root/by-su', content: bytes, mode: '0600' })
    expect((await target.reader.readBytes('/root/by-su'))?.equals(bytes)).toBe(true)
    const error = await refusal({ user: 'plain' }, { ...su, program, password: 'not this' })
    expect(error).toMatchObject({ code: 'BECOME', message: expect.stringMatching(/does not accept/) as string })
  })

  test('becomes somebody without a shell, by sudo and by su', async () => {
    for (const method of ['sudo', 'su'] as const) {
      const target = await machines().open(settings(), { method, user: 'nobody', flags: [] })
      expect(await ask(target, 'id -un; pwd')).toBe('nobody\n/\n')
    }
  })

  test.each([
    ['a name nobody knows', { address: 'no-such-host.invalid' }, 'UNREACHABLE', 'name'],
    ['a port where nobody listens', { port: 1 }, 'UNREACHABLE', 'refused'],
    [
      'an address that does not answer',
      { address: '10.97.0.250', timeout: 2 },
      'UNREACHABLE',
      /no answer in time|no route/,
    ],
    ['a key that is not known', { knownHosts: ['/dev/null'] }, 'HOST_KEY', 'not known'],
    ['no key at all', { privateKeyFile: undefined }, 'LOGIN_REFUSED', 'root was refused'],
    [
      'a wrong password',
      { user: 'pw', privateKeyFile: undefined, password: 'wrong' },
      'LOGIN_REFUSED',
      'pw was refused',
    ],
    ['an odd name', { address: '-oProxyCommand=touch$IFS/tmp/pwned' }, 'BAD_OPTIONS', 'host name'],
  ] as const)('%s has its own error', async (_, wanted, code, text) => {
    const error = await refusal(wanted)
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(text) as string,
      hint: expect.any(String) as string,
    })
    // One line speaks for all hosts that failed alike.
    expect(error.message).not.toContain(test1.address)
    expect(`${error.message} ${error.hint}`).not.toContain('wrong')
  })

  test.each([
    ['sudo wants a password', { user: 'pw' }, sudo, /wants a password/],
    ['a wrong password', { user: 'pw' }, { ...sudo, password: 'not this' }, /does not accept/],
    ['a user not in sudoers', { user: 'plain' }, { ...sudo, password: 'plain-lab' }, /may not use sudo/],
    ['an unknown user', { user: 'op' }, { ...sudo, user: 'nobody-knows' }, /no user nobody-knows/],
    ['no sudo', { user: 'op' }, { ...sudo, program: '/opt/sudo' }, /not installed/],
    ['su wants a password', { user: 'plain' }, su, /wants a password/],
    ['a wrong password for su', { user: 'plain' }, { ...su, password: 'not this' }, /does not accept/],
    ['su to an unknown user', {}, { ...su, user: 'nobody-knows' }, /no user nobody-knows/],
  ] as const)('%s has its own error', async (_, wanted, become, text) => {
    const error = await refusal(wanted, become)
    expect(error).toMatchObject({
      code: 'BECOME',
      message: expect.stringMatching(text) as string,
      hint: expect.any(String) as string,
    })
    expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toContain('not this')
  })

  test('an account without a shell says so', async () => {
    await test1.exec('usermod -s /usr/sbin/nologin plain')
    try {
      for (const kind of ['ssh', 'openssh'] as const) {
        const error = await refusal({ kind, user: 'plain' })
        expect(error).toMatchObject({ hint: expect.stringContaining('not available') as string })
      }
    } finally {
      await test1.exec('usermod -s /bin/sh plain')
    }
  })

  test('sudo that allows another user but not root says so', async () => {
    await test1.exec('echo "plain ALL=(nobody) NOPASSWD: ALL" >/etc/sudoers.d/plain')
    try {
      expect(await ask(await machines().open(settings({ user: 'plain' }), { ...sudo, user: 'nobody' }), 'id -un')).toBe(
        'nobody\n',
      )
      const error = await refusal({ user: 'plain' }, { ...sudo, password: 'plain-lab' })
      expect(error).toMatchObject({ code: 'BECOME', message: expect.stringContaining('become root') as string })
    } finally {
      await test1.exec('rm /etc/sudoers.d/plain')
    }
  })

  test('a new host key is accepted when asked to, written down, and checked from then on', async () => {
    const file = join(home, '.ssh/known_hosts')
    const wanted = settings({ knownHosts: [], acceptNewHostKeys: true })
    expect(await ask(await machines().open(wanted), 'id -u')).toBe('0\n')
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1)
    expect(await ask(await machines().open({ ...wanted, acceptNewHostKeys: false }), 'id -u')).toBe('0\n')
    // The line that the hint of an unknown key names does the same.
    const { hint = '' } = await refusal({ knownHosts: [], port: undefined, address: host('busybox1').address })
    const [command = ''] = /echo .*/.exec(hint) ?? []
    await run('/bin/sh', ['-c', command])
    expect(
      await ask(await machines().open(settings({ knownHosts: [], address: host('busybox1').address })), 'id -u'),
    ).toBe('0\n')
  })

  test('a changed host key is refused even so, with both fingerprints and the line', async () => {
    const other = join(home, 'other')
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other])
    const file = join(home, '.ssh/known_hosts')
    const key = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
    writeFileSync(file, `# mine\n${test1.address} ${key}\n`)
    const before = readFileSync(file, 'utf8')
    const error = await refusal({ knownHosts: [], acceptNewHostKeys: true })
    expect(error).toMatchObject({ code: 'HOST_KEY', message: expect.stringContaining('changed') as string })
    expect(error.hint?.match(/SHA256:/g)).toHaveLength(2)
    expect(error.hint).toContain(`${file}:2`)
    expect(readFileSync(file, 'utf8')).toBe(before)
    appendFileSync(file, `@revoked * ${(await test1.exec('cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')).stdout}`)
    expect((await refusal({ knownHosts: [], acceptNewHostKeys: true })).message).toMatch(/revoked/)
  })

  test('a password, also by keyboard-interactive only', async () => {
    const byPassword = settings({ user: 'pw', privateKeyFile: undefined, password: 'pw-lab' })
    expect(await ask(await machines().open(byPassword), 'id -un')).toBe('pw\n')
    await secondSshd(2201, 'PasswordAuthentication=no', 'KbdInteractiveAuthentication=yes')
    expect(
      await ask(
        await machines().open({ ...byPassword, port: 2201, knownHosts: [], acceptNewHostKeys: true }),
        'id -un',
      ),
    ).toBe('pw\n')
  })

  /** Another sshd on test1 that differs from the first. */
  async function secondSshd(port: number, ...options: string[]): Promise<void> {
    const words = options.map((option) => `-o ${option}`).join(' ')
    await test1.exec(`/usr/sbin/sshd -p ${port} -o PidFile=none ${words}`)
  }

  test('an encrypted key is asked for once, for all hosts, and only when the server takes it', async () => {
    const key = join(home, '.ssh/id_ed25519')
    copyFileSync(test1.key, key)
    chmodSync(key, 0o600)
    await run('ssh-keygen', ['-q', '-p', '-N', 'secret words', '-P', '', '-f', key])
    const all = machines(['mistyped', 'secret words'])
    const wanted = settings({ privateKeyFile: undefined })
    const targets = await Promise.all([all.open(wanted), all.open({ ...wanted, user: 'op' })])
    expect(await Promise.all(targets.map((target) => ask(target, 'id -un')))).toEqual(['root\n', 'op\n'])
    expect(asked).toHaveLength(2)
    await test1.exec('useradd keyless')
    await refusal({ privateKeyFile: undefined, user: 'keyless' }, undefined, ['secret words'])
    expect(asked).toHaveLength(0)
    const untold = await refusal({ privateKeyFile: undefined })
    expect(untold.hint).toContain('stays locked')
  })

  test('an agent, with several keys, one of them right', async () => {
    const agent = spawn('ssh-agent', ['-D', '-a', join(home, 'agent')])
    try {
      await vi.waitFor(() =>
        run('ssh-add', ['-l'], { env: { SSH_AUTH_SOCK: join(home, 'agent') } }).catch((error: { code: number }) =>
          expect(error.code).toBe(1),
        ),
      )
      const env = { ...process.env, SSH_AUTH_SOCK: join(home, 'agent') }
      for (const name of ['a', 'b']) {
        await run('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', join(home, name)])
        await run('ssh-add', ['-q', join(home, name)], { env })
      }
      for (const key of [test1.key, test1.rsaKey]) await run('ssh-add', ['-q', key], { env })
      const target = await machines([], { SSH_AUTH_SOCK: join(home, 'agent') }).open(
        settings({ privateKeyFile: undefined }),
      )
      expect(await ask(target, 'id -un')).toBe('root\n')
    } finally {
      agent.kill()
    }
  })

  test('~/.ssh/config: alias, port, user, key, and jump hosts that are checked too', async () => {
    const { address } = host('sysv1')
    const config = `Host far\n HostName ${address}\n User op\n IdentityFile ${test1.key}\n ProxyJump near\n UserKnownHostsFile ${test1.knownHosts}
Host near\n HostName ${test1.address}\n User plain\n IdentityFile ${test1.key}\n UserKnownHostsFile ${test1.knownHosts}\n`
    writeFileSync(join(home, '.ssh/config'), config)
    const wanted = settings({ address: 'far', user: undefined, privateKeyFile: undefined, knownHosts: [] })
    const target = await machines().open(wanted, sudo)
    expect(target.machine).toContain(`op@${address}:22 through`)
    expect(await ask(target, 'hostname; echo $SUDO_USER')).toBe('sysv1\nop\n')
    writeFileSync(
      join(home, '.ssh/config'),
      config
        .replaceAll(`UserKnownHostsFile ${test1.knownHosts}\nHost near`, 'Host near')
        .replace(/UserKnownHostsFile[^\n]*\n$/, 'UserKnownHostsFile /dev/null\n'),
    )
    const error = await machines()
      .open(wanted)
      .catch((caught: KplayError) => caught)
    expect(error).toMatchObject({ code: 'HOST_KEY', message: expect.stringContaining('jump host near') as string })
  })

  test('the old sshd of CentOS 6, without stopping the world', async () => {
    const { address, legacyPort: port, rsaKey } = host('sysv1')
    let longest = 0
    let last = performance.now()
    const pulse = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 10)
    const target = await machines().open(settings({ address, port, privateKeyFile: rsaKey }))
    clearInterval(pulse)
    expect(await ask(target, 'hostname')).toBe('sysv1\n')
    expect(longest).toBeLessThan(1000)
  })

  test('a host with nothing but busybox and dropbear', async () => {
    const all = machines()
    const target = await all.open(settings({ address: host('busybox1').address }))
    expect(await target.run(runScript('sleep 30 & echo $!; exit 5'))).toMatchObject({ code: 5, timedOut: false })
    expect(await target.run(runScript('sleep 31; echo no'), { timeout: 1 })).toMatchObject({
      timedOut: true,
      stdout: '',
    })
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => (at * 11) % 256))
    await target.run({ kind: 'write', path: '/root/sent', content: bytes, mode: '0640' })
    expect(await target.reader.digest('/root/sent', 'sha256')).toBe((await sha256(bytes)).toString())
    // It drops the sixth connection of one client that has not logged in yet.
    const many = Array.from({ length: 15 }, () => machines().open(settings({ address: host('busybox1').address })))
    expect(await Promise.all(many)).toHaveLength(15)
    await all.close()
    expect((await host('busybox1').exec('ls -d /tmp/.kplay-* 2>/dev/null')).stdout).toBe('')
  })

  const sha256 = async (bytes: Buffer) => (await import('node:crypto')).createHash('sha256').update(bytes).digest('hex')

  test('one session per connection is enough; too many logins at once are tried again', async () => {
    await secondSshd(2202, 'MaxSessions=1')
    const wanted = settings({ port: 2202, knownHosts: [], acceptNewHostKeys: true })
    const target = await machines().open(wanted)
    await target.run({ kind: 'write', path: '/root/one', content: 'over the only session', mode: '0600' })
    expect(await target.reader.readText('/root/one')).toBe('over the only session')
    await secondSshd(2203, 'MaxStartups=2:80:4')
    const many = Array.from({ length: 12 }, () => machines().open({ ...wanted, port: 2203 }))
    expect(await Promise.all(many)).toHaveLength(12)
  })

  test('secrets stand in no argv on the host', async () => {
    const target = await machines().open(settings({ user: 'pw' }), { ...sudo, password: 'pw-lab' })
    const script = `{ cat /proc/[0-9]*/cmdline | tr '\\000' ' '; } 2>/dev/null; : "$TOKEN" typed-secret; cat`
    const step = { ...runScript(script), stdin: 'stdin-secret' }
    const { stdout } = await target.run(step, { environment: { TOKEN: 'token-secret' } })
    expect(stdout.endsWith('stdin-secret')).toBe(true)
    expect(stdout.slice(0, -'stdin-secret'.length)).not.toMatch(/token-secret|stdin-secret|typed-secret|pw-lab/)
    expect(stdout).toContain('sshd')
  })

  test('a killed shell is replaced for questions; a step under way is in doubt', async () => {
    const target = await machines().open(settings({ user: 'op' }), sudo)
    const file = '/root/counted'
    await test1.exec(`rm -f ${file}`)
    const doubt = await target
      .run(runScript(`echo x >>${file}; kill -9 $PPID; sleep 1`))
      .catch((error: KplayError) => error)
    expect(doubt).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('may or may not have run') as string,
    })
    expect(await ask(target, `cat ${file}`)).toBe('x\n')
    // The whole connection this time.
    await test1.exec('pkill -KILL -u op sshd-session; pkill -KILL -u op sshd; sleep 0.2')
    expect(await ask(target, 'id -u')).toBe('0\n')
    await test1.exec('pkill -KILL -u op sshd-session; pkill -KILL -u op sshd; sleep 0.2')
    expect(await target.run(runScript(`echo x >>${file}`))).toMatchObject({ code: 0 })
    expect(await ask(target, `cat ${file}`)).toBe('x\nx\n')
  })

  test('a host that falls silent is noticed within 20 s, and only it', async () => {
    const all = machines()
    const [frozen, cut, well] = await Promise.all([
      all.open(settings({ address: host('sysv1').address })),
      all.open(settings({ address: host('busybox1').address })),
      all.open(settings()),
    ])
    freeze('sysv1')
    await cutNetwork('busybox1')
    try {
      const began = performance.now()
      const steps = [frozen, cut].map((target) =>
        target.run(runScript('sleep 60')).catch((error: KplayError) => error.message),
      )
      expect(await ask(well, 'echo well')).toBe('well\n')
      expect(await Promise.all(steps)).toEqual([expect.stringContaining('lost'), expect.stringContaining('lost')])
      expect(performance.now() - began).toBeLessThan(21_000)
    } finally {
      thaw('sysv1')
      await uncutNetwork('busybox1')
    }
    await sleep(500)
    expect(await ask(frozen, 'echo back')).toBe('back\n')
  })

  describe('through the system ssh', () => {
    const viaSsh = (more: Partial<ConnectionSettings> = {}) => settings({ kind: 'openssh', ...more })

    test('logs in, becomes root, uploads', async () => {
      for (const [user, become] of [
        ['root', undefined],
        ['op', sudo],
        ['tty', sudo],
        ['pw', { ...sudo, password: 'pw-lab' }],
        ['plain', { ...su, password: rootPassword }],
      ] as const) {
        const target = await machines().open(viaSsh({ user }), become)
        expect(target.user, user).toBe('root')
        await target.run({ kind: 'write', path: '/root/by-ssh', content: user, mode: '0600' })
        expect(await target.reader.readText('/root/by-ssh')).toBe(user)
      }
      const byPassword = viaSsh({ user: 'pw', privateKeyFile: undefined, password: 'pw-lab' })
      expect(await ask(await machines().open(byPassword), 'id -un')).toBe('pw\n')
    })

    test.each([
      ['a name nobody knows', { address: 'no-such-host.invalid' }, 'UNREACHABLE', 'name'],
      ['a port where nobody listens', { port: 1 }, 'UNREACHABLE', 'refused'],
      ['a key that is not known', { knownHosts: ['/dev/null'] }, 'HOST_KEY', 'not known'],
      ['no key at all', { privateKeyFile: undefined }, 'LOGIN_REFUSED', 'root was refused'],
      [
        'a wrong password',
        { user: 'pw', privateKeyFile: undefined, password: 'wrong' },
        'LOGIN_REFUSED',
        'pw was refused',
      ],
    ] as const)('%s has its own error', async (_, wanted, code, text) => {
      const error = await refusal({ kind: 'openssh', ...wanted })
      expect(error).toMatchObject({
        code,
        message: expect.stringContaining(text) as string,
        hint: expect.any(String) as string,
      })
    })

    test('is taken by itself where the settings ask for what only it can do', async () => {
      const config = `Host bent\n HostName nowhere.invalid\n ProxyCommand ssh -F /dev/null -i ${test1.key} -o UserKnownHostsFile=${test1.knownHosts} -W ${test1.address}:22 op@${test1.address}\n HostKeyAlias ${test1.address}\n`
      writeFileSync(join(home, '.ssh/config'), config)
      expect(await ask(await machines().open(settings({ address: 'bent' })), 'hostname')).toBe('test1\n')
    })
  })
})
