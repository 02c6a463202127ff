import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Template, toPlain, type Plain } from '../../engine/value.ts'
import { evaluate } from '../../engine/values/template.ts'
import { roleScope } from './render.ts'
import { readRoleFiles, type Yaml } from './role.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kplay-folders-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function touch(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
}

/** What the role's question about folders that its settings no longer name is answered. */
function left(role: string, given: Readonly<Record<string, Plain>>): string[] {
  const { task } = readRoleFiles(role).tasks.find(
    ({ file, task }) => file.endsWith('folders.yml') && task['shell'] !== undefined,
  ) as { task: Yaml }
  const known = { ...given }
  const rendered = (text: string): Plain => toPlain(evaluate(new Template(text), roleScope(role, known)))
  for (const [name, text] of Object.entries(task['vars'] as Readonly<Record<string, string>>))
    known[name] = rendered(text)
  const cmd = rendered((task['shell'] as { cmd: string }).cmd) as string
  return execFileSync('sh', ['-c', cmd], { encoding: 'utf8' }).replaceAll(folder, '').split('\n').filter(Boolean)
}
const content = (text: string): Plain => ({ content: Buffer.from(text).toString('base64') })

describe('folders of a broker that its settings no longer name', () => {
  const of = (settings: string, ...dirs: string[]): string[] =>
    left('kafka', {
      kafka_settings: content(settings.replaceAll('@', folder)),
      kafka_log_dirs: dirs.map((dir) => folder + dir),
    })

  test('are told with the partitions in them', () => {
    touch('a/topic-0/x', 'a/topic-10/x', 'a/other-name-1/x', 'a/meta.properties', 'b/topic-1/x')
    expect(of('broker.id=1\nlog.dirs=@/a,@/b\nport=1\n', '/b')).toEqual(['/a has 3 partitions'])
    expect(of('log.dirs=@/a, @/b\n', '/c')).toEqual(['/a has 3 partitions', '/b has 1 partitions'])
  })

  test('are nothing to speak of when they are empty, still named, or of no broker', () => {
    touch('a/meta.properties', 'b/topic-1/x')
    expect(of('log.dirs=@/a,@/b/\n', '/b')).toEqual([])
    expect(of('log.dirs=@/b\n', '/b/', '/c')).toEqual([])
    expect(of('log.dirs=@/gone\n', '/c')).toEqual([])
    expect(of('', '/c')).toEqual([])
    expect(left('kafka', { kafka_settings: {}, kafka_log_dirs: ['/c'] })).toEqual([])
  })
})

describe('folders of a ZooKeeper that its settings no longer name', () => {
  const of = (settings: string, data: string, logs = data): string[] =>
    left('zookeeper', {
      zookeeper_settings: content(settings.replaceAll('@', folder)),
      zookeeper_data_dir: folder + data,
      zookeeper_data_log_dir: folder + logs,
    })

  test('are told when its data stay there', () => {
    touch('a/version-2/currentEpoch', 'a/version-2/log.1')
    const data = 'the data are in /a, and zookeeper_data_dir is /b'
    const logs = 'the data are in /a, and zookeeper_data_log_dir is /b'
    expect(of('dataDir=@/a\nclientPort=1\n', '/b')).toEqual([data, logs])
    expect(of('dataDir=@/a\n', '/a', '/b')).toEqual([logs])
    expect(of('dataDir=@/a\n', '/b', '/a')).toEqual([data])
  })

  test('are nothing to speak of when the data have been moved, or there are none', () => {
    touch('b/version-2/currentEpoch', 'b/version-2/log.1')
    expect(of('dataDir=@/a\ndataLogDir=@/a\n', '/b')).toEqual([])
    expect(of('dataDir=@/b\ndataLogDir=@/b\n', '/b')).toEqual([])
    expect(of('', '/c')).toEqual([])
    expect(left('zookeeper', { zookeeper_settings: {} })).toEqual([])
  })
})
