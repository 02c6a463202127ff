import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { controllerFiles } from '../../engine/controller/files.ts'
import { cacheFolder, openController } from '../../engine/controller/open.ts'
import { proxyFor } from '../../engine/controller/proxy.ts'
import { glob } from '../../engine/controller/value-files.ts'
import { KplayError } from '../../engine/errors.ts'
import type { Role } from '../../engine/model.ts'
import type { Local } from '../../engine/module/define.ts'
import { Scope } from '../../engine/values/scope.ts'
import { Template } from '../../engine/value.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'kplay-local-')))
const write = (path: string, text: string): string => {
  const full = join(root, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
  return full
}
const role = { name: 'r', path: join(root, 'roles/r') } as Role
const playbook = join(root, 'site.yml')
const file = join(root, 'roles/r/tasks/main.yml')
const controller = openController({ environment: { KPLAY_CACHE: join(root, 'cache'), HELLO: 'there' } })
const standing = { role, file, playbook }
const local = (more: Partial<typeof standing> = {}): Local => {
  const at = { ...standing, ...more }
  const vars = new Map([['name', { value: 'kafka' }]])
  const scope = new Scope([{ name: 'test', vars }], { files: controller.filesAt(at) })
  return controller.local({ ...at, scope })
}

beforeAll(() => {
  write('roles/r/files/a', 'role files')
  write('roles/r/b', 'role')
  write('roles/r/tasks/c', 'tasks')
  write('files/a', 'playbook files')
  write('files/d', 'playbook files')
  write('e', 'playbook')
  write('templates/shared.j2', 'shared {{ name }}\n')
  write(
    'roles/r/templates/t.j2',
    '{% if true %}\nv={{ name }} {{ extra }}\n{% endif %}\n{% include "shared.j2" %}\n{{ ansible_managed }}\n',
  )
  write('roles/r/vars/more.yml', 'm: "{{ name }}"\nn: 0644\n')
  write('vars/site.yml', 's: 1')
  write('tree/x/y', '1')
  write('tree/z', '2')
  chmodSync(join(root, 'tree/z'), 0o640)
  symlinkSync('z', join(root, 'tree/l'))
})
afterAll(() => {
  rmSync(root, { recursive: true })
})

async function failure(work: () => Promise<unknown>): Promise<KplayError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof KplayError) return error
    throw error
  }
  throw new Error('no error')
}

describe('the search path', () => {
  test.each([
    ['a', 'roles/r/files/a'],
    ['files/a', 'roles/r/files/a'],
    ['b', 'roles/r/b'],
    ['c', 'roles/r/tasks/c'],
    ['d', 'files/d'],
    ['e', 'e'],
    ['../files/a', 'roles/r/files/a'],
  ])('%s', async (name, expected) => {
    expect(await local().find('files', name)).toBe(join(root, expected))
  })
  test('without a role, and absolute', async () => {
    const outside = local({ role: undefined as never, file: playbook })
    expect(await outside.find('files', 'a')).toBe(join(root, 'files/a'))
    expect(await outside.find('templates', playbook.replace('site.yml', 'e'))).toBe(join(root, 'e'))
  })
  test('what is not there names the places', async () => {
    const error = await failure(() => local().find('templates', 'none.j2'))
    expect(error.code).toBe('NOT_FOUND')
    expect(error.hint).toBe(
      `looked for ${['roles/r/templates', 'roles/r', 'roles/r/tasks/templates', 'roles/r/tasks', 'templates', '.']
        .map((folder) => join(root, folder, 'none.j2'))
        .join(', ')}`,
    )
  })
})

describe('files of the controller', () => {
  test('size, digest, mode, text', async () => {
    const path = join(root, 'tree/z')
    expect(await local().file(path)).toEqual({
      file: path,
      size: 1,
      sha256: 'd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35',
    })
    expect(await local().mode(path)).toBe('0640')
    expect(await local().readText(path)).toBe('2')
  })
  test('the digest follows a change', async () => {
    const path = write('changing', 'one')
    const before = await local().file(path)
    writeFileSync(path, 'three')
    expect((await local().file(path)).sha256).not.toBe(before.sha256)
  })
  test('a tree', async () => {
    expect(await local().tree(join(root, 'tree'))).toMatchObject([
      { path: 'l', kind: 'link', target: 'z' },
      { path: 'x', kind: 'dir' },
      { path: 'x/y', kind: 'file' },
      { path: 'z', kind: 'file', mode: '0640' },
    ])
    expect(await local().tree(join(root, 'e'))).toBeUndefined()
  })
  test('what cannot be read', async () => {
    expect((await failure(() => local().readText(join(root, 'none')))).code).toBe('NOT_FOUND')
    expect((await failure(() => local().file(join(root, 'none')))).code).toBe('NOT_FOUND')
    expect((await failure(() => local().readText(root))).message).toContain('it is a folder')
  })
  test('the port for readers', () => {
    const files = controllerFiles()
    expect(files.readText(join(root, 'e'))).toBe('playbook')
    expect(files.readText(join(root, 'none'))).toBeUndefined()
    expect(files.readText(join(root, 'e/none'))).toBeUndefined()
    expect(files.readText(root)).toBeUndefined()
    expect(files.list(join(root, 'tree'))).toEqual(['l', 'x', 'z'])
    expect(files.list(join(root, 'e'))).toBeUndefined()
    expect([files.isDirectory(root), files.isDirectory(join(root, 'e')), files.exists(join(root, 'none'))]).toEqual([
      true,
      false,
      false,
    ])
  })
})

describe('templates', () => {
  test('see the scope, further names and the templates they include', async () => {
    const path = await local().find('templates', 't.j2')
    expect(await local().render(path, { names: { extra: 5 } })).toBe('v=kafka 5\nshared kafkaAnsible managed\n')
  })
  test('with other marks and line ends', async () => {
    const path = write('marks.j2', '<{ name }>\n{{ name }}\n')
    const markers = {
      variableStart: '<{',
      variableEnd: '}>',
      blockStart: undefined,
      blockEnd: undefined,
      commentStart: undefined,
      commentEnd: undefined,
    }
    expect(await local().render(path, { markers, newlineSequence: '\r\n' })).toBe('kafka\r\n{{ name }}\r\n')
  })
  test('an error has its place in the template', async () => {
    const path = write('bad.j2', 'x\n{{ nope }}\n')
    expect(await failure(() => local().render(path, {}))).toMatchObject({
      code: 'UNDEFINED',
      place: { file: path, line: 2 },
    })
  })
})

describe('files of variables', () => {
  test('by the search path, templates still to be rendered', () => {
    const vars = controller.readVars('more.yml', standing)
    expect(vars.get('m')?.value).toBeInstanceOf(Template)
    expect(vars.get('n')).toMatchObject({ value: 420, place: { file: join(root, 'roles/r/vars/more.yml'), line: 2 } })
    expect(controller.readVars('site.yml', standing).get('s')?.value).toBe(1)
  })
  test('missing or wrong', async () => {
    write('vars/bad.yml', 'a: "{{ x | }}"')
    expect((await failure(async () => controller.readVars('none.yml', standing))).code).toBe('NOT_FOUND')
    expect((await failure(async () => controller.readVars('bad.yml', standing))).code).toBe('BAD_TEMPLATE')
  })
})

test('lookups find files from where the task stands', () => {
  const files = controller.filesAt(standing)
  expect(files.resolve('a', 'files')).toBe(join(root, 'roles/r/files/a'))
  expect(files.resolve('none', 'files')).toBeUndefined()
  expect(files.env('HELLO')).toBe('there')
  expect(files.stat?.(join(root, 'tree/l'))).toEqual({
    kind: 'file',
    link: true,
    mount: false,
    real: join(root, 'tree/z'),
  })
})

test('glob', () => {
  expect(glob(join(root, 'tree/*'))).toEqual(['l', 'x', 'z'].map((name) => join(root, 'tree', name)))
  expect(glob(join(root, 'tr?e/[xz]'))).toEqual(['x', 'z'].map((name) => join(root, 'tree', name)))
  expect(glob(join(root, 'none/*'))).toEqual([])
})

test('the cache folder', () => {
  expect(cacheFolder({ KPLAY_CACHE: '/c' })).toBe('/c')
  expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/kplay')
  expect(cacheFolder({})).toMatch(/\.cache\/kplay$/)
})

test.each([
  ['http://h/x', { http_proxy: 'http://p:3128' }, 'http://p:3128/'],
  ['http://h/x', { HTTP_PROXY: 'http://p:3128' }, undefined],
  ['https://h/x', { HTTPS_PROXY: 'p:3128' }, 'http://p:3128/'],
  ['https://h/x', { http_proxy: 'http://p:3128' }, undefined],
  ['https://a.corp.example/x', { https_proxy: 'http://p', no_proxy: 'x, .corp.example' }, undefined],
  ['https://corp.example/x', { https_proxy: 'http://p', NO_PROXY: 'corp.example' }, undefined],
  ['https://notcorp.example/x', { all_proxy: 'http://p', no_proxy: 'corp.example' }, 'http://p/'],
  ['http://h:8080/x', { http_proxy: 'http://p', no_proxy: 'h:8081' }, 'http://p/'],
  ['http://h/x', { http_proxy: 'http://p', no_proxy: '*' }, undefined],
])('%s with %j goes by %s', (url, environment, expected) => {
  expect(proxyFor(new URL(url), environment)?.href).toBe(expected)
})
