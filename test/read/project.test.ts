import { describe, expect, test } from 'vitest'
import { KplayErrors, type KplayError } from '../../engine/errors.ts'
import { readProject, type Environment, type Project } from '../../engine/read/project.ts'
import { memoryFiles } from './memory-files.ts'

const read = (texts: Record<string, string>, environment: Environment = {}, from = '/a/b/playbooks'): Project =>
  readProject({ from, workingFolder: '/cwd', environment: { HOME: '/home/u', ...environment } }, memoryFiles(texts))

function mistakes(texts: Record<string, string>, environment: Environment = {}): string[] {
  try {
    read(texts, environment)
  } catch (error) {
    const problems = error instanceof KplayErrors ? error.problems : [error as KplayError]
    return problems.map(
      ({ code, message, place, hint }) =>
        `${code} ${place?.line ?? ''}:${place?.column ?? ''} ${message}${hint ? ` (${hint})` : ''}`,
    )
  }
  return []
}

describe('the project is', () => {
  test('the nearest folder with a kplay.yml or an ansible.cfg', () => {
    expect(read({ '/a/kplay.yml': '', '/a/b/ansible.cfg': '' }).root).toBe('/a/b')
    expect(read({ '/a/kplay.yml': '', '/x/ansible.cfg': '' }).root).toBe('/a')
  })
  test('else the folder of the playbook', () => {
    expect(read({})).toMatchObject({
      root: '/a/b/playbooks',
      files: [],
      inventory: [],
      rolesPaths: ['/a/b/playbooks/roles', '/home/u/.ansible/roles', '/usr/share/ansible/roles', '/etc/ansible/roles'],
    })
  })
  test('with inventory/ where nothing else is said', () => {
    expect(read({ '/a/kplay.yml': '', '/a/inventory/test.yml': '' }).inventory).toEqual(['/a/inventory'])
  })
})

describe('settings', () => {
  test('of kplay.yml, relative to it', () => {
    const { settings, rolesPaths, inventory } = read({
      '/a/kplay.yml': `
inventory: [hosts.yml, /abs/hosts, "h1,h2,"]
roles_path: more:~/roles
remote_user: deploy
private_key_file: ~/.ssh/key
known_hosts: known
accept_new_host_keys: yes
forks: 20
timeout: 30
become: "yes"
become_method: su
`,
    })
    expect(settings).toEqual({
      inventory: ['/a/hosts.yml', '/abs/hosts', 'h1,h2,'],
      rolesPath: ['/a/more', '/home/u/roles'],
      remoteUser: 'deploy',
      privateKeyFile: '/home/u/.ssh/key',
      knownHosts: ['/a/known'],
      acceptNewHostKeys: true,
      forks: 20,
      timeout: 30,
      become: true,
      becomeMethod: 'su',
    })
    expect(inventory).toEqual(settings.inventory)
    expect(rolesPaths).toEqual(['/a/roles', '/a/more', '/home/u/roles'])
  })
  test('of ansible.cfg, relative to it', () => {
    const { settings, files } = read({
      '/a/ansible.cfg': `
[defaults]
; a comment
inventory = hosts.yml,other ; another
host_key_checking=False
private_key_file: key
forks=5
interpreter_python=/usr/bin/python3
[privilege_escalation]
become = True
[ssh_connection]
timeout = 99
`,
    })
    expect(settings).toEqual({
      inventory: ['/a/hosts.yml', '/a/other'],
      hostKeyChecking: false,
      timeout: 99,
      privateKeyFile: '/a/key',
      forks: 5,
      become: true,
    })
    expect(files).toEqual(['/a/ansible.cfg'])
  })
  test('the environment wins over kplay.yml, that over ansible.cfg', () => {
    const texts = {
      '/a/ansible.cfg': '[defaults]\nforks=1\ntimeout=1\nremote_user=a',
      '/a/kplay.yml': 'forks: 2\ntimeout: 2',
    }
    expect(read(texts, { KPLAY_FORKS: '3', KPLAY_INVENTORY: 'x.yml', KPLAY_BECOME: '' }).settings).toEqual({
      forks: 3,
      timeout: 2,
      remoteUser: 'a',
      inventory: ['/cwd/x.yml'],
    })
  })
  test.each([
    ['frks: 2', ['BAD_OPTIONS 1:1 unknown setting frks (did you mean forks?)']],
    [
      'forks: many\nbecome: perhaps',
      ['BAD_OPTIONS 1:8 forks is a whole number, not many', 'BAD_OPTIONS 2:9 become is true or false, not perhaps'],
    ],
    ['- forks', ['BAD_OPTIONS 1:1 kplay.yml is a map of settings, not a list']],
    ['remote_user: [a]', ['BAD_OPTIONS 1:14 remote_user is text, not a list']],
  ])('%j', (text, expected) => {
    expect(mistakes({ '/a/kplay.yml': text })).toEqual(expected)
  })
  test('mistakes elsewhere', () => {
    expect(mistakes({ '/a/ansible.cfg': '[defaults]\nforks = x' })).toEqual([
      'BAD_OPTIONS 2:9 forks is a whole number, not x',
    ])
    expect(mistakes({}, { KPLAY_FORKS: 'x' })).toEqual(['BAD_OPTIONS : KPLAY_FORKS is a whole number, not x'])
  })
})
