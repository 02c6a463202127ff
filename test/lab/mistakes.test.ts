import './support/own-lab.ts'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ErrorCode, Place } from '../../engine/errors.ts'
import type { ServedMirror } from '../mirror/serve.ts'
import { serveMirror } from './support/cluster.ts'
import { runCommand } from './support/command.ts'
import { bareHosts } from './support/hosts.ts'
import { emptyFolder, login, writeFiles } from './support/inventory.ts'
import { kplay, runPlaybook, tellRun } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'
import { knownHostsFile } from './places.ts'
import { rootPassword } from './roster.ts'
import { compareSnapshots, snapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'

const name = 'bare5'
const { address } = host(name)
const noSum = `sha256:${'0'.repeat(64)}`

interface Mistake {
  /** Tasks of a play; the play is around them. */
  readonly tasks: string
  readonly code: ErrorCode
  readonly exit: 2 | 3 | 4
  readonly message: RegExp
  /** A text of the playbook: there the error points. */
  readonly at: string
}

/** Each stands behind a task that would change the host: what is found while reading stops a run before it begins. */
const unread: Record<string, Mistake> = {
  'a key that no task has': {
    tasks: `
    - name: typed in haste
      debug: { msg: hello }
      whne: true`,
    code: 'BAD_YAML',
    exit: 4,
    message: /whne.*when|whne/s,
    at: 'whne',
  },
  'an argument that the module does not have': {
    tasks: `
    - name: typed in haste
      copy: { dset: /opt/first, content: x }`,
    code: 'BAD_ARGS',
    exit: 4,
    message: /dset/,
    at: 'dset',
  },
  'a value of the wrong kind': {
    tasks: `
    - name: typed in haste
      copy: { dest: /opt/first, content: x, backup: perhaps }`,
    code: 'BAD_ARGS',
    exit: 4,
    message: /backup/,
    at: 'backup',
  },
  'a module that does not exist': {
    tasks: `
    - name: typed in haste
      cpoy: { dest: /opt/first, content: x }`,
    code: 'UNKNOWN_MODULE',
    exit: 4,
    message: /cpoy/,
    at: 'cpoy',
  },
  'a role that does not exist': {
    tasks: `
    - name: typed in haste
      import_role: { name: kafak }`,
    code: 'NOT_FOUND',
    exit: 4,
    message: /kafak/,
    at: 'import_role',
  },
  'text that is no YAML': {
    tasks: `
    - name: typed in haste
      debug: { msg: hello`,
    code: 'BAD_YAML',
    exit: 4,
    message: /YAML/,
    at: '',
  },
  'an expression that cannot be read': {
    tasks: `
    - name: typed in haste
      debug: { msg: "{{ 1 + }}" }`,
    code: 'BAD_TEMPLATE',
    exit: 4,
    message: /./,
    at: '}}"',
  },
}

/** Found when a task is at work: nothing stands before them. */
const failing: Record<string, Mistake> = {
  'a wrong checksum': {
    tasks: `
    - name: archive
      get_url: { url: "{{ mirror }}/sums.json", dest: /opt/sums.json, checksum: "${noSum}" }`,
    code: 'CHECKSUM',
    exit: 2,
    message: /checksum|sha256/i,
    at: 'name: archive',
  },
  'a wrong checksum of what the controller fetches': {
    tasks: `
    - name: archive
      download: { url: "{{ mirror }}/sums.json", dest: /opt/sums.json, checksum: "${noSum}", via: controller }`,
    code: 'CHECKSUM',
    exit: 2,
    message: /checksum|sha256/i,
    at: 'name: archive',
  },
  'a missing archive': {
    tasks: `
    - name: archive
      get_url: { url: "{{ mirror }}/nothing.tgz", dest: /opt/nothing.tgz }`,
    code: 'DOWNLOAD',
    exit: 2,
    message: /404/,
    at: 'name: archive',
  },
  'a missing archive for the controller': {
    tasks: `
    - name: archive
      download: { url: "{{ mirror }}/nothing.tgz", dest: /opt/nothing.tgz, via: controller }`,
    code: 'DOWNLOAD',
    exit: 2,
    message: /404/,
    at: 'name: archive',
  },
  'an archive that is not on the controller': {
    tasks: `
    - name: archive
      unarchive: { src: nothing.tgz, dest: /opt }`,
    code: 'NOT_FOUND',
    exit: 2,
    message: /nothing\.tgz/,
    at: 'name: archive',
  },
  'an archive that is not on the host': {
    tasks: `
    - name: archive
      unarchive: { src: /srv/nothing.tgz, dest: /opt, remote_src: true }`,
    code: 'REFUSED',
    exit: 2,
    message: /nothing\.tgz/,
    at: 'name: archive',
  },
  'a variable that nobody defined': {
    tasks: `
    - name: say
      copy: { dest: /opt/first, content: "{{ nobody }}" }`,
    code: 'UNDEFINED',
    exit: 2,
    message: /'nobody' is undefined/,
    at: 'nobody',
  },
  'a variable that nobody defined, in a condition': {
    tasks: `
    - name: say
      copy: { dest: /opt/first, content: x }
      when: nobody > 3`,
    code: 'UNDEFINED',
    exit: 2,
    message: /'nobody' is undefined/,
    at: 'nobody',
  },
}

const head = (more = ''): string => `- hosts: all\n  gather_facts: false\n${more}  tasks:`
const first = '\n    - name: first\n      copy: { dest: /opt/first, content: x }'

/** Line and column of a text, both from 1. */
function placeOf(text: string, part: string): { line: number; column: number } {
  const before = text.slice(0, text.indexOf(part)).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

describe.skipIf(labProblem())('mistakes', () => {
  let mirror: ServedMirror
  let before: Snapshot
  const inventory = (vars: object = {}): object => ({
    all: { vars: { mirror: mirror.url }, hosts: { one: { ...login, ansible_host: address, ...vars } } },
  })
  /** All but vm.*, which belongs to the machine under the hosts of all labs; no mistake here is about it. */
  async function untouched(): Promise<void> {
    const changes = compareSnapshots(before, await snapshot(name)).filter((line) => !line.startsWith('sysctl vm.'))
    expect(changes).toEqual([])
  }
  const plain = (folder: string, ...args: string[]): Promise<{ code: number | null; text: string }> =>
    kplay(['run', '--known-hosts', knownHostsFile, '-i', 'hosts.yml', 'play.yml', ...args], { cwd: folder }).then(
      ({ code, stdout, stderr }) => ({ code, text: stdout + stderr.replace(/^npm warn .*\n/gm, '') }),
    )

  beforeAll(async () => {
    await bareHosts([name])
    mirror = await serveMirror()
    // A second sshd that root may not use.
    await host(name).exec('mkdir -p /run/sshd; /usr/sbin/sshd -p 2201 -o PermitRootLogin=no -o PidFile=none')
    before = await snapshot(name)
  })
  afterAll(() => mirror.close())

  test.each([
    ...Object.entries(unread).map(([what, mistake]) => [what, mistake, head() + first + mistake.tasks] as const),
    ...Object.entries(failing).map(([what, mistake]) => [what, mistake, head() + mistake.tasks] as const),
  ])('%s: one error, at its place, and nothing done', async (_, { exit, message, at }, playbook) => {
    const folder = await writeFiles({ 'play.yml': `${playbook}\n`, 'hosts.yml': inventory() })
    const { code, text } = await plain(folder)
    expect(code, text).toBe(exit)
    expect(text.match(/^\s*error: /gm), text).toHaveLength(1)
    expect(text).toMatch(message)
    const place = at ? placeOf(playbook, at) : undefined
    expect(text).toMatch(place ? `at play.yml:${place.line}:${place.column}\n` : /at play\.yml:\d+:\d+\n/)
    await untouched()
  })

  test.each(Object.entries(failing))('%s: as data', async (_, { code, exit, tasks }) => {
    const folder = await writeFiles({ 'play.yml': `${head()}${tasks}\n`, 'hosts.yml': inventory() })
    const run = await runPlaybook(['-i', 'hosts.yml', 'play.yml'], { cwd: folder })
    expect(run.code).toBe(exit)
    expect(failuresOf(run)).toEqual([code])
  })

  test('an undefined variable in a template is shown in the template', async () => {
    const tasks = '\n    - name: settings\n      template: { src: app.conf.j2, dest: /opt/app.conf }\n'
    const template = 'a = 1\nb = {{ nobody }}\n'
    const folder = await writeFiles({ 'play.yml': head() + tasks, 'hosts.yml': inventory(), 'app.conf.j2': template })
    const { code, text } = await plain(folder)
    expect(code, text).toBe(2)
    expect(text.match(/^\s*error: /gm), text).toHaveLength(1)
    expect(text).toContain('at app.conf.j2:2:8\n')
    await untouched()
  })

  test('several mistakes of a text are told together', async () => {
    const tasks = '\n    - copy: { dset: /a }\n    - cpoy: {}\n    - debug: { msg: x, verbosity: much }\n'
    const folder = await writeFiles({ 'play.yml': head() + tasks, 'hosts.yml': inventory() })
    const { code, text } = await plain(folder)
    expect(code, text).toBe(4)
    expect(text.match(/^\s*at play\.yml:(\d+)/gm)?.map((line) => line.trim().split(':')[1])).toEqual(['4', '5', '6'])
  })

  test.each([
    ['a playbook that is not there', 4, ['nowhere.yml'], /nowhere\.yml/],
    ['an inventory that is not there', 4, ['play.yml', '-i', 'nowhere.yml'], /nowhere\.yml/],
    ['an option that does not exist', 4, ['play.yml', '--chekc'], /--chekc/],
    ['variables that cannot be read', 4, ['play.yml', '-e', '@nowhere.yml'], /nowhere\.yml/],
    ['a host that is not in the inventory', 4, ['play.yml', '--limit', 'oen'], /oen/],
  ] as const)('%s ends %i', async (_, exit, args, message) => {
    const folder = await writeFiles({ 'play.yml': `${head()}${first}\n`, 'hosts.yml': inventory() })
    const answer = await kplay(['run', '--known-hosts', knownHostsFile, '-i', 'hosts.yml', ...args], { cwd: folder })
    expect(answer.code, answer.stderr).toBe(exit)
    expect(answer.stderr.match(/^error: /gm)).toHaveLength(1)
    expect(answer.stderr).toMatch(message)
    await untouched()
  })

  test('a bad key of the inventory is shown there', async () => {
    const hosts = `all:\n  hsots:\n    one: { ansible_host: ${address} }\n`
    const folder = await writeFiles({ 'play.yml': `${head()}${first}\n`, 'hosts.yml': hosts })
    const { code, text } = await plain(folder)
    expect(code, text).toBe(4)
    expect(text).toContain('at hosts.yml:2:3\n')
  })

  /** Of each: variables of the host, what is told, and the exit status. Two hosts share each error. */
  const logins: Record<
    string,
    readonly [vars: object, code: ErrorCode, message: RegExp, exit: 2 | 3, args?: string[]]
  > = {
    'a name that nobody knows': [{ ansible_host: 'no-such-host.invalid' }, 'UNREACHABLE', /name cannot be resolved/, 3],
    'a port where nobody listens': [{ ansible_port: 1 }, 'UNREACHABLE', /refused/, 3],
    'an address that does not answer': [
      { ansible_host: address.replace(/\d+$/, '250'), ansible_timeout: 2 },
      'UNREACHABLE',
      /no answer in time|no route/,
      3,
    ],
    'an unknown key': [{}, 'HOST_KEY', /not known/, 3, ['--known-hosts', '/dev/null']],
    'a login that is refused': [{ ansible_user: 'stranger' }, 'LOGIN_REFUSED', /stranger was refused/, 3],
    'root is not allowed': [{ ansible_port: 2201 }, 'LOGIN_REFUSED', /root was refused/, 3],
    'a password that is wrong': [
      { ansible_user: 'pw', ansible_password: 'no', ansible_ssh_private_key_file: null },
      'LOGIN_REFUSED',
      /pw was refused/,
      3,
    ],
    'sudo is missing': [{ ansible_user: 'op', ansible_become_exe: '/opt/sudo' }, 'BECOME', /not installed/, 2, ['-b']],
    'sudo wants a password': [{ ansible_user: 'pw' }, 'BECOME', /wants a password/, 2, ['-b']],
    'sudo gets a wrong password': [
      { ansible_user: 'pw', ansible_become_password: 'no' },
      'BECOME',
      /does not accept/,
      2,
      ['-b'],
    ],
    'sudo does not let this user': [
      { ansible_user: 'plain', ansible_become_password: 'plain-lab' },
      'BECOME',
      /may not use sudo/,
      2,
      ['-b'],
    ],
    'su wants a password': [
      { ansible_user: 'plain' },
      'BECOME',
      /wants a password/,
      2,
      ['-b', '--become-method', 'su'],
    ],
    'a user that is not there': [
      { ansible_user: 'op', ansible_become_user: 'stranger' },
      'BECOME',
      /no user stranger/,
      2,
      ['-b'],
    ],
  }

  test.each(Object.entries(logins))(
    '%s: told once for both hosts',
    async (_, [vars, code, message, exit, args = []]) => {
      const one = { ...login, ansible_host: address, ...vars }
      // The port of the second sshd is not in the file that the lab writes.
      const known = `${(await runCommand('cat', [knownHostsFile])).stdout}`.replaceAll(
        `${name},${address} `,
        `${name},${address},[${address}]:2201 `,
      )
      const folder = await writeFiles({
        'play.yml': `${head()}${first}\n`,
        'hosts.yml': { all: { hosts: { one, other: one } } },
        known,
      })
      const own = args.includes('--known-hosts') ? [] : ['--known-hosts', 'known']
      const all = ['run', '-i', 'hosts.yml', 'play.yml', ...own, ...args]
      // Nobody's own keys, agent or settings.
      const env = { HOME: await emptyFolder(), SSH_AUTH_SOCK: '' }
      const text = await kplay(all, { cwd: folder, env })
      expect(text.code, text.stdout + text.stderr).toBe(exit)
      expect(text.stdout.match(/^\s*error: /gm), text.stdout).toHaveLength(1)
      expect(text.stdout).toMatch(message)
      expect(text.stdout, 'a next step').toMatch(/^\s+do: \S/m)
      expect(text.stdout).toMatch(/\bone other\b/)

      const data = await tellRun(all.slice(1), { cwd: folder, env })
      expect(new Set(failuresOf(data))).toEqual(new Set([code]))
      await untouched()
    },
  )

  test('a changed key is refused, also when new ones are accepted', async () => {
    const other = join(await emptyFolder(), 'key')
    await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other])
    const key = (await runCommand('cat', [`${other}.pub`])).stdout
    const folder = await writeFiles({
      'play.yml': `${head()}${first}\n`,
      'hosts.yml': inventory(),
      known: `${address} ${key}`,
    })
    const home = dirname(other)
    for (const more of [[], ['--accept-new-host-keys']]) {
      const all = ['run', '-i', 'hosts.yml', 'play.yml', '--known-hosts', 'known', ...more]
      const answer = await kplay(all, { cwd: folder, env: { HOME: home } })
      expect(answer.code, answer.stdout).toBe(3)
      expect(answer.stdout.match(/^\s*error: /gm)).toHaveLength(1)
      expect(answer.stdout).toMatch(/host key.*changed|changed.*host key/)
      expect(answer.stdout).toContain('known:1')
    }
    await untouched()
  })

  test('with the right words all of them log in', async () => {
    const one = { ...login, ansible_host: address }
    const hosts = {
      byKey: one,
      bySudo: { ...one, ansible_user: 'op', ansible_become: true },
      byPassword: { ...one, ansible_user: 'pw', ansible_become: true, ansible_become_password: 'pw-lab' },
      onTerminal: { ...one, ansible_user: 'tty', ansible_become: true },
      bySu: {
        ...one,
        ansible_user: 'plain',
        ansible_become: true,
        ansible_become_method: 'su',
        ansible_become_password: rootPassword,
      },
    }
    const tasks = `${head()}\n    - command: { cmd: id -u, read_only: true }\n      register: who\n      failed_when: who.stdout != '0'\n`
    const folder = await writeFiles({ 'play.yml': tasks, 'hosts.yml': { all: { hosts } } })
    const run = await runPlaybook(['-i', 'hosts.yml', 'play.yml'], { cwd: folder })
    expect(run.code, run.stdout + run.stderr).toBe(0)
    await untouched()
  })
})

/** The code of each host's failure. */
function failuresOf({ events }: Run): ErrorCode[] {
  return events.flatMap((event) => {
    if (event.type === 'unreachable') return [event.error.code]
    if (event.type !== 'result' || !event.result.failure) return []
    const place: Place | undefined = event.result.failure.error.place ?? event.task.place
    expect(place.line).toBeGreaterThan(0)
    return [event.result.failure.error.code]
  })
}
