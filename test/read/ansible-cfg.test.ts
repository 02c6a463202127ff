import { describe, expect, test } from 'vitest'
import type { KplayErrors } from '../../engine/errors.ts'
import { type KplayError } from '../../engine/errors.ts'
import { readProject, type Environment, type Project, type Settings } from '../../engine/read/project.ts'
import { memoryFiles } from './memory-files.ts'

interface Asked {
  readonly texts?: Readonly<Record<string, string>>
  readonly environment?: Environment
  readonly writable?: readonly string[]
}

const read = ({ texts = {}, environment = {}, writable = [] }: Asked): Project =>
  readProject(
    {
      from: '/repo/playbooks',
      workingFolder: '/cwd',
      environment: { HOME: '/home/u', ...environment },
      worldWritable: (folder) => writable.includes(folder),
    },
    memoryFiles({ ...texts }),
  )
const cfg = (text: string, environment: Environment = {}): Project =>
  read({ texts: { '/cwd/ansible.cfg': text }, environment })

describe('the ansible.cfg that counts', () => {
  const all = {
    '/named/my.cfg': '[defaults]\nforks=1',
    '/named/ansible.cfg': '[defaults]\nforks=2',
    '/cwd/ansible.cfg': '[defaults]\nforks=3',
    '/repo/ansible.cfg': '[defaults]\nforks=4',
    '/home/u/.ansible.cfg': '[defaults]\nforks=5',
    '/etc/ansible/ansible.cfg': '[defaults]\nforks=6',
  }
  const without = (...names: readonly string[]): Record<string, string> =>
    Object.fromEntries(Object.entries(all).filter(([path]) => !names.some((name) => path.startsWith(name))))

  test.each<[string, Asked, number | undefined]>([
    ['ANSIBLE_CONFIG names it', { texts: all, environment: { ANSIBLE_CONFIG: '/named/my.cfg' } }, 1],
    ['ANSIBLE_CONFIG names its folder', { texts: all, environment: { ANSIBLE_CONFIG: '/named' } }, 2],
    ['relative to the working folder', { texts: all, environment: { ANSIBLE_CONFIG: '../named' } }, 2],
    ['what it names is not there', { texts: all, environment: { ANSIBLE_CONFIG: '/nowhere' } }, 3],
    ['that of the working folder', { texts: all }, 3],
    ['not where anybody may write', { texts: all, writable: ['/cwd'] }, 4],
    ['that of the project', { texts: without('/cwd') }, 4],
    ['that of the user', { texts: without('/cwd', '/repo') }, 5],
    ['not that of a project where anybody may write', { texts: without('/cwd'), writable: ['/repo'] }, 5],
    ['that of the machine', { texts: without('/cwd', '/repo', '/home') }, 6],
    ['none', {}, undefined],
  ])('%s', (_, asked, forks) => {
    expect(read(asked).settings.forks).toBe(forks)
  })

  test('one that is passed over is told', () => {
    const { remarks } = read({ texts: all, writable: ['/cwd'] })
    expect(remarks.map(({ message }) => message)).toEqual([
      '/cwd/ansible.cfg is passed over: anybody may write into its folder (ANSIBLE_CONFIG may name it)',
    ])
  })
})

describe('a key of ansible.cfg, or a variable, becomes a setting', () => {
  test.each<[string, Settings]>([
    ['defaults.forks = 7', { forks: 7 }],
    ['defaults.forks = 7 ; as many', { forks: 7 }],
    ['defaults.remote_user = a # b', { remoteUser: 'a # b' }],
    ['defaults.remote_user: "deploy"', { remoteUser: 'deploy' }],
    ['defaults.Forks = 7', { forks: 7 }],
    ['defaults.roles_path = a:/b:~/c:$TOP/d', { rolesPath: ['/cwd/a', '/b', '/home/u/c', '/top/d'] }],
    ['defaults.inventory = a.yml, {{CWD}}/b', { inventory: ['/cwd/a.yml', '/cwd/b'] }],
    ['defaults.vault_password_file = {{ ANSIBLE_HOME }}/v', { vaultPasswordFile: '/home/u/.ansible/v' }],
    ['defaults.vault_identity_list = a@x , b@prompt', { vaultIdentityList: ['a@x', 'b@prompt'] }],
    ['defaults.gathering = smart', { gathering: 'smart' }],
    ['defaults.host_key_checking = n', { hostKeyChecking: false }],
    ['ssh_connection.host_key_checking = n', { hostKeyChecking: false }],
    ['ssh_connection.ssh_args = -o A=b\n  -o C=d', { sshArgs: '-o A=b\n-o C=d' }],
    ['privilege_escalation.become_flags = -H -S', { becomeFlags: '-H -S' }],
    ['tags.skip = a,b', { skipTags: ['a', 'b'] }],
    ['diff.always = yes', { diffAlways: true }],
    ['galaxy.server_list = x', {}],
  ])('%s', (line, settings) => {
    const [section, rest = ''] = /^([^.]*)\.(.*)/s.exec(line)?.slice(1) ?? []
    const project = cfg(`[${section}]\n${rest}\n`, { TOP: '/top' })
    expect(project.settings).toEqual(settings)
    expect(project.remarks).toEqual([])
    expect(project.meaningless).toBeUndefined()
  })

  test.each<[string, string, Settings]>([
    ['ANSIBLE_FORKS', '7', { forks: 7 }],
    ['ANSIBLE_INVENTORY', 'x.yml', { inventory: ['/cwd/x.yml'] }],
    ['ANSIBLE_CACHE_PLUGIN', 'jsonfile', { factCaching: 'jsonfile' }],
    ['ANSIBLE_RUN_TAGS', 'a,b', { runTags: ['a', 'b'] }],
    ['ANSIBLE_SSH_TIMEOUT', '5', { timeout: 5 }],
    ['ANSIBLE_HOST_KEY_CHECKING', 'False', { hostKeyChecking: false }],
    ['ANSIBLE_BECOME_EXE', '/opt/sudo', { becomeExe: '/opt/sudo' }],
    ['ANSIBLE_HASH_BEHAVIOUR', 'merge', { hashBehaviour: 'merge' }],
    ['KPLAY_TASK_TIMEOUT', '9', { taskTimeout: 9 }],
    ['ANSIBLE_SOMETHING_OF_OURS', '1', {}],
  ])('%s=%s', (name, value, settings) => {
    expect(read({ environment: { [name]: value } }).settings).toEqual(settings)
  })

  test('the strongest source wins: KPLAY_, ANSIBLE_, kplay.yml, ansible.cfg', () => {
    const texts = {
      '/repo/ansible.cfg': '[defaults]\nforks=1\ntimeout=1\nremote_port=1\nremote_user=a',
      '/repo/kplay.yml': 'forks: 2\ntimeout: 2\nremote_port: 2',
    }
    const environment = { ANSIBLE_FORKS: '3', ANSIBLE_TIMEOUT: '3', KPLAY_FORKS: '4' }
    expect(read({ texts, environment }).settings).toEqual({ forks: 4, timeout: 3, remotePort: 2, remoteUser: 'a' })
  })
  test('of two keys of one setting the more special one wins, wherever it stands', () => {
    const text = '[ssh_connection]\ntimeout=2\n[defaults]\ntimeout=1'
    expect(cfg(text).settings).toEqual({ timeout: 2 })
  })
})

describe('what has no effect', () => {
  test('is named once, in one line', () => {
    const text = '[defaults]\nnocows=1\nstdout_callback=yaml\n[ssh_connection]\npipelining=True\n[callback_x]\na=1\nb=2'
    expect(cfg(text, { ANSIBLE_PIPELINING: '1' }).meaningless).toBe(
      'without meaning here: nocows, stdout_callback, pipelining, [callback_x] (/cwd/ansible.cfg); ANSIBLE_PIPELINING (the environment)',
    )
  })
  test.each<[string, string[]]>([
    ['error_on_undefined_vars = True', []],
    ['error_on_undefined_vars = False', ['2:27 error_on_undefined_vars = False has no effect: an undefined variable']],
    ['jinja2_extensions = jinja2.ext.do,jinja2.ext.loopcontrols', []],
    ['jinja2_extensions = jinja2.ext.i18n', ['2:21 jinja2_extensions = jinja2.ext.i18n has no effect: extensions']],
    ['deprecation_warnings = no', []],
    ['hosts_file = x', []],
    ['remote_usr = x', ['2:1 unknown setting remote_usr in [defaults]: did you mean remote_user?']],
    ['become_user = x', ['2:1 unknown setting become_user in [defaults]: it belongs under [privilege_escalation]']],
  ])('%s', (line, told) => {
    const { remarks } = cfg(`[defaults]\n${line}`)
    const lines = remarks.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`)
    expect(lines).toEqual(told.map((text): unknown => expect.stringContaining(text)))
  })
})

test('all mistakes are told at once, each with its place', () => {
  const text = 'forks = 1\n[defaults]\nforks = many\nbecome\ngathering = smrt\nforks = 2\nhost_key_checking = perhaps'
  try {
    cfg(text, { ANSIBLE_TIMEOUT: 'long' })
    expect.unreachable()
  } catch (error) {
    const lines = (error as KplayErrors).problems.map(
      ({ message, place, hint }: KplayError) =>
        `${place ? `${place.file}:${place.line}:${place.column} ` : ''}${message}${hint ? ` (${hint})` : ''}`,
    )
    expect(lines).toEqual([
      '/cwd/ansible.cfg:1:1 forks stands in no section (put [defaults] above it)',
      '/cwd/ansible.cfg:4:1 become is no setting (write key = value)',
      '/cwd/ansible.cfg:6:1 forks is given twice (the first one is in line 3)',
      '/cwd/ansible.cfg:3:9 forks is a whole number, not many',
      '/cwd/ansible.cfg:5:13 gathering is one of implicit, explicit, smart, not smrt (did you mean smart?)',
      '/cwd/ansible.cfg:7:21 host_key_checking is true or false, not perhaps',
      'ANSIBLE_TIMEOUT is a whole number, not long',
    ])
  }
})
