import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-vaults-'))
afterAll(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)
const put = (name: string, text: string, mode = 0o600): void => {
  rmSync(at(name), { force: true })
  writeFileSync(at(name), text)
  chmodSync(at(name), mode)
}
const text = (name: string): string => readFileSync(at(name), 'utf8')
const header = (name: string): string => text(name).split('\n')[0] ?? ''
const mode = (name: string): string => (statSync(at(name)).mode & 0o777).toString(8)

type Environment = Readonly<Record<string, string>>
const vault = (words: readonly string[], environment: Environment = {}) =>
  commandLine(['vault', ...words], { folder, environment })
const said = async (words: readonly string[], environment: Environment = {}): Promise<string> => {
  const { exit, stdout, stderr } = await vault(words, environment)
  return `${exit} ${stdout}${stderr}`.trim()
}
/** An editor that runs a shell command on the file. */
const editor = (command: string): Environment => {
  put('editor', `#!/bin/sh\nset -e\nfile=$1\n${command}\n`, 0o755)
  return { EDITOR: at('editor'), TMPDIR: at('tmp') }
}

beforeEach(() => {
  rmSync(folder, { recursive: true })
  mkdirSync(at('tmp'), { recursive: true })
  put('pw', 'secret\n')
  put('other', ' other \n\n')
  put('plain.yml', 'a: hunter2\n', 0o644)
})

const KEY = ['--vault-password-file', 'pw']

describe('files', () => {
  test('are encrypted and decrypted in place; nobody else may read them', async () => {
    expect(await said(['encrypt', 'plain.yml', ...KEY])).toBe('0')
    expect(header('plain.yml')).toBe('$ANSIBLE_VAULT;1.1;AES256')
    expect(text('plain.yml')).not.toContain('hunter2')
    expect(mode('plain.yml')).toBe('600')
    expect(await said(['view', 'plain.yml', ...KEY])).toBe('0 a: hunter2')
    expect(await said(['decrypt', 'plain.yml', ...KEY])).toBe('0')
    expect(text('plain.yml')).toBe('a: hunter2\n')
    expect(readdirSync(folder).sort()).toEqual(['other', 'plain.yml', 'pw', 'tmp'])
  })
  test('a label is written into the header', async () => {
    await vault(['encrypt', 'plain.yml', '--vault-id', 'prod@pw'])
    expect(header('plain.yml')).toBe('$ANSIBLE_VAULT;1.2;AES256;prod')
    expect(await said(['view', 'plain.yml', '--vault-id', 'pw'])).toBe('0 a: hunter2')
  })
  test('behind a link are replaced, the link is not', async () => {
    symlinkSync('plain.yml', at('link'))
    await vault(['encrypt', 'link', ...KEY])
    expect(header('plain.yml')).toMatch(/^\$ANSIBLE_VAULT/)
    expect(statSync(at('link')).isFile()).toBe(true)
    expect(readdirSync(folder)).toContain('link')
  })
  test('--output leaves the file as it is', async () => {
    await vault(['encrypt', 'plain.yml', '--output', 'out', ...KEY])
    expect(text('plain.yml')).toBe('a: hunter2\n')
    expect(await said(['decrypt', 'out', '--output=-', ...KEY])).toBe('0 a: hunter2')
    expect(await said(['decrypt', 'out', 'plain.yml', '--output=-', ...KEY])).toMatch(
      /^4 error: --output goes with one/,
    )
  })
  test('get another password, keep their permissions, and all or none do', async () => {
    await vault(['encrypt', 'plain.yml', ...KEY])
    chmodSync(at('plain.yml'), 0o640)
    put('second.yml', 'b: 2\n')
    await vault(['encrypt', 'second.yml', '--vault-password-file', 'other'])
    const before = text('plain.yml')
    expect(await said(['rekey', 'plain.yml', 'second.yml', ...KEY, '--new-vault-id', 'new@other'])).toMatch(
      /^4 error: no vault password opens this: tried default\n {2}at second.yml:1:1/,
    )
    expect(text('plain.yml')).toBe(before)
    expect(await said(['rekey', 'plain.yml', ...KEY, '--new-vault-id', 'new@other'])).toBe('0 rekeyed')
    expect(header('plain.yml')).toBe('$ANSIBLE_VAULT;1.2;AES256;new')
    expect(mode('plain.yml')).toBe('640')
    expect(await said(['view', 'plain.yml', '--vault-id', 'other'])).toBe('0 a: hunter2')
  })
})

describe('the editor', () => {
  test('gets a private copy, and its text is encrypted with the same label', async () => {
    await vault(['encrypt', 'plain.yml', '--vault-id', 'prod@pw'])
    const look = editor(`stat -c %a "$file" "$(dirname "$file")" >'${at('modes')}'; sed -i s/hunter2/changed/ "$file"`)
    expect(await said(['edit', 'plain.yml', ...KEY], look)).toBe('0')
    expect(text('modes')).toBe('600\n700\n')
    expect(header('plain.yml')).toBe('$ANSIBLE_VAULT;1.2;AES256;prod')
    expect(await said(['view', 'plain.yml', ...KEY])).toBe('0 a: changed')
    expect(readdirSync(at('tmp'))).toEqual([])
  })
  test('that changes nothing leaves the file alone', async () => {
    await vault(['encrypt', 'plain.yml', ...KEY])
    const before = text('plain.yml')
    expect(await said(['edit', 'plain.yml', ...KEY], editor(':'))).toBe('0')
    expect(text('plain.yml')).toBe(before)
  })
  test('that fails leaves nothing behind', async () => {
    await vault(['encrypt', 'plain.yml', ...KEY])
    const before = text('plain.yml')
    expect(await said(['edit', 'plain.yml', ...KEY], editor('echo lost >"$file"; exit 3'))).toMatch(
      /^4 error: the editor .* ended with 3; nothing was changed$/,
    )
    expect(await said(['edit', 'plain.yml', ...KEY], { EDITOR: '/nowhere', TMPDIR: at('tmp') })).toMatch(
      /cannot be run/,
    )
    expect(text('plain.yml')).toBe(before)
    expect(readdirSync(at('tmp'))).toEqual([])
  })
  test('writes a new file, in a new folder', async () => {
    const write = editor('echo "b: 1" >"$file"')
    expect(await said(['create', 'new/b.yml', '--skip-tty-check', ...KEY], write)).toMatch(
      /^0 warning: the folder .*new is made$/,
    )
    expect(await said(['view', 'new/b.yml', ...KEY])).toBe('0 b: 1')
    expect(mode('new/b.yml')).toBe('600')
    expect(await said(['create', 'new/b.yml', '--skip-tty-check', ...KEY], write)).toMatch(
      /^4 error: new\/b.yml is there already/,
    )
  })
})

describe('strings', () => {
  test('are YAML for a file of variables', async () => {
    const { stdout, stderr } = await vault(['encrypt-string', 'hunter2', '-n', 'password', ...KEY])
    expect(stdout).toMatch(/^password: !vault \|\n {10}\$ANSIBLE_VAULT;1\.1;AES256\n(?: {10}[0-9a-f]{1,80}\n)+$/)
    expect(stderr).toBe('')
    put('vars.yml', stdout)
    put(
      'p.yml',
      '- hosts: localhost\n  gather_facts: no\n  vars_files: vars.yml\n  tasks: [{ assert: { that: password == "hunter2" } }]\n',
    )
    expect((await commandLine(['run', 'p.yml', '-c', 'local', ...KEY], { folder })).exit).toBe(0)
  })
  test('several are told apart on stderr; encrypt_string is another name', async () => {
    const { stdout, stderr } = await vault(['encrypt_string', 'a', 'b', '--name', 'x', '--vault-id', 'l@pw'])
    expect(stdout.match(/!vault/g)).toHaveLength(2)
    expect(stdout.match(/;l\n/g)).toHaveLength(2)
    expect(stderr).toBe('# x, from the command line\n# text 2, from the command line\n')
  })
  test.each([
    [[''], 'the text from the command line is empty'],
    [['-', '-p'], '--prompt does not go with a text from stdin'],
  ])('%j is refused', async (words, message) => {
    expect(await said(['encrypt-string', ...words, ...KEY])).toContain(message)
  })
})

describe('passwords', () => {
  test('of settings, of scripts, and of scripts that are told the label', async () => {
    await vault(['encrypt', 'plain.yml', ...KEY])
    put('script', '#!/bin/sh\necho secret\n', 0o755)
    put('my-client.sh', '#!/bin/sh\n[ "$1 $2" = "--vault-id lab" ] || exit 2\necho secret\n', 0o755)
    for (const words of [
      ['--vault-id', 'x@script'],
      ['--vault-password-file', 'script'],
      ['--vault-id', 'lab@my-client.sh'],
    ])
      expect(await said(['view', 'plain.yml', ...words])).toBe('0 a: hunter2')
    expect(await said(['view', 'plain.yml'], { ANSIBLE_VAULT_PASSWORD_FILE: 'pw' })).toBe('0 a: hunter2')
    expect(await said(['view', 'plain.yml'], { ANSIBLE_VAULT_IDENTITY_LIST: 'a@other, b@pw' })).toBe('0 a: hunter2')
    put('ansible.cfg', '[defaults]\nvault_password_file = pw\n')
    expect(await said(['view', 'plain.yml'])).toBe('0 a: hunter2')
    expect(await said(['view', 'plain.yml', '--vault-id', 'foo@my-client.sh', '--vault-id', 'pw'], {})).toBe(
      `0 a: hunter2\nwarning: the vault password script ${at('my-client.sh')} has no password of the id foo`,
    )
  })
  test('of a file that is encrypted itself', async () => {
    put('other', 'other')
    await vault(['encrypt', 'plain.yml', '--vault-password-file', 'other'])
    await vault(['encrypt', 'other', ...KEY])
    expect(await said(['view', 'plain.yml', '--vault-id', 'pw', '--vault-id', 'other'])).toBe('0 a: hunter2')
  })
  test('vault_id_match tries only the label', async () => {
    await vault(['encrypt', 'plain.yml', '--vault-id', 'prod@pw'])
    const strict = { ANSIBLE_VAULT_ID_MATCH: 'true' }
    expect(await said(['view', 'plain.yml', '--vault-id', 'pw'], strict)).toMatch(/no vault password of the id prod/)
    expect(await said(['view', 'plain.yml', '--vault-id', 'prod@pw'], strict)).toBe('0 a: hunter2')
  })
  test('of several one must be named to encrypt with', async () => {
    const both = ['--vault-id', 'a@pw', '--vault-id', 'b@other']
    expect(await said(['encrypt', 'plain.yml', ...both])).toMatch(
      /^4 error: there are several vault passwords to encrypt with: a, b/,
    )
    expect(await said(['encrypt', 'plain.yml', ...both, '--encrypt-vault-id', 'c'])).toMatch(
      /no vault password of the id c/,
    )
    expect(await said(['encrypt', 'plain.yml', ...both], { ANSIBLE_VAULT_ENCRYPT_IDENTITY: 'b' })).toBe('0')
    expect(header('plain.yml')).toBe('$ANSIBLE_VAULT;1.2;AES256;b')
  })
  test.each([
    [['--vault-password-file', 'none'], 'there is no vault password file'],
    [['--vault-password-file', 'tmp'], 'is a folder'],
    [['--vault-password-file', 'empty'], 'is empty'],
    [['--vault-password-file', 'plain-executable'], 'cannot be run'],
    [['--vault-password-file', 'failing'], 'it ended with 7'],
    [['--vault-id', 'a;b@pw'], 'no vault id: a;b@pw'],
  ])('%j', async (words, message) => {
    put('empty', ' \n')
    put('plain-executable', 'secret\n', 0o711)
    put('failing', '#!/bin/sh\nexit 7\n', 0o755)
    await vault(['encrypt', 'plain.yml', ...KEY])
    const answer = await said(['view', 'plain.yml', ...words])
    expect(answer).toMatch(/^4 error: /)
    expect(answer).toContain(message)
  })
})

test.each([
  [['view', 'plain.yml'], 'plain.yml is not encrypted'],
  [['encrypt', 'twice'], 'twice is encrypted already'],
  [['view', 'damaged'], 'the vault is damaged: it has an odd number'],
  [['view', 'nothing'], 'cannot read nothing on the controller: there is no such file'],
  [['rekey', 'twice', '--new-vault-id', 'a@pw', '--new-vault-password-file', 'pw'], 'and not both'],
])('%j is refused', async (words, message) => {
  put('twice', 'x')
  await vault(['encrypt', 'twice', ...KEY])
  put('damaged', text('twice').trim().slice(0, -1))
  const answer = await said([...words, ...KEY])
  expect(answer).toMatch(/^4 error: /)
  expect(answer).toContain(message)
})

/** The path of a real ansible-vault: given by hand, as in ANSIBLE_VAULT=$(command -v ansible-vault) npx vitest …. */
const real = process.env['ANSIBLE_VAULT'] ?? ''
test.skipIf(!existsSync(real))('what one of the two programs writes the other one reads', async () => {
  const run = (...words: readonly string[]): string =>
    execFileSync(real, [...words], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  await vault(['encrypt', 'plain.yml', '--vault-id', 'lab@pw'])
  expect(run('view', '--vault-id', 'pw', 'plain.yml')).toBe('a: hunter2\n')
  run('rekey', '--vault-id', 'pw', '--new-vault-id', 'x@other', 'plain.yml')
  expect(await said(['view', 'plain.yml', '--vault-password-file', 'other'])).toBe('0 a: hunter2')
  put('vars.yml', run('encrypt_string', '--vault-id', 'pw', 'from there', '-n', 'there'))
  put(
    'p.yml',
    '- hosts: localhost\n  gather_facts: no\n  vars_files: vars.yml\n  tasks: [{ assert: { that: there == "from there" } }]\n',
  )
  expect((await commandLine(['run', 'p.yml', '-c', 'local', ...KEY], { folder })).exit).toBe(0)
})
