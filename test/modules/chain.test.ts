import { describe, expect, test } from 'vitest'
import { modules } from '../../engine/modules/index.ts'
import { Overlay } from '../../engine/run/overlay/overlay.ts'
import { fakeHost } from '../support/fake-host.ts'
import { fakeLocal } from '../support/fake-local.ts'
import { predict } from '../support/predict.ts'

/** How a Kafka comes to a bare host: each task rests on what the ones before it make. */
const tasks = (via: 'controller' | 'target'): [string, Readonly<Record<string, unknown>>][] => [
  ['file', { path: '/home/programs', state: 'directory', mode: '0755' }],
  ['download', { url: 'http://mirror/kafka.tgz', dest: '/home/programs/', via, checksum: `sha256:${SHA}` }],
  [
    'extract',
    { src: '/home/programs/kafka.tgz', dest: '/home/programs', remote_src: true, creates: '/home/programs/kafka-1' },
  ],
  ['symlink', { path: '/home/programs/kafka', target: '/home/programs/kafka-1' }],
  ['template', { src: 'server.j2', dest: '/home/programs/kafka/config/server.properties', mode: '0644' }],
  ['lineinfile', { path: '/home/programs/kafka/config/server.properties', line: 'x=1' }],
  ['file', { path: '/home/programs/kafka/logs', state: 'directory', owner: 'kafka', mode: '0750' }],
  ['copy', { content: '1\n', dest: '/data/zookeeper/myid' }],
  ['file', { path: '/data/zookeeper', state: 'directory', mode: '0750' }],
  ['blockinfile', { path: '/root/.bashrc', create: true, block: 'export A=1', marker: '# {mark} kafka' }],
  ['blockinfile', { path: '/root/.bashrc', create: true, block: 'export B=1', marker: '# {mark} java' }],
  ['file', { path: '/home/programs/old', state: 'absent' }],
]
const SHA = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
const local = fakeLocal({
  urls: { 'http://mirror/kafka.tgz': 'abc' },
  templates: { 'server.j2': 'broker.id=1\n' },
  archives: {
    'http://mirror/kafka.tgz': [
      { path: 'kafka-1/', kind: 'dir', empty: false },
      { path: 'kafka-1/config/server.properties', kind: 'file', empty: false, mode: '0644' },
      { path: 'kafka-1/bin/run', kind: 'file', empty: false, mode: '0755' },
    ],
  },
})
const canned = { accounts: { kafka: {} }, files: { '/data/zookeeper': { dir: true } } }

describe.each(['controller', 'target'] as const)('via %s', (via) => {
  test('a dry run of a bare host foresees each change, and nothing more on top of them', async () => {
    const host = fakeHost(canned, local.bytes)
    const overlay = new Overlay(host.reader)
    const foreseen = async (): Promise<(string | undefined)[]> => {
      const all: (string | undefined)[] = []
      for (const [name, args] of tasks(via))
        all.push((await predict(modules, name, args, host, local, overlay))?.status)
      return all
    }
    expect(await foreseen()).toEqual([...Array<string>(11).fill('changed'), 'ok'])
    expect(host.told).toEqual([])
    // The template and the line in it undo each other: all else is settled.
    const again = await foreseen()
    expect(again.map((status, at) => (at === 4 || at === 5 ? 'ok' : status))).toEqual(Array<string>(12).fill('ok'))
  })
})
