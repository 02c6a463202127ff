import { expect, it } from 'vitest'
import { humanSize, storageFacts } from '../../../engine/host/facts/storage.ts'
import { source } from '../support/facts-source.ts'

it('lists mounts and disks', () => {
  const files = {
    '/proc/self/mountinfo':
      '20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n21 20 8:1 /a /mnt/b\\040c ro - ext4 /dev/sda1 rw,discard\n22 20 0:9 / /proc rw - proc proc rw\n23 20 0:40 / /nfs rw - nfs4 server:/export rw',
    '/sys/block/sda/size': '4194304',
    '/sys/block/sda/queue/rotational': '0',
    '/sys/block/sda/queue/scheduler': 'none [mq-deadline]',
    '/sys/block/sda/device/model': 'Disk  ',
    '/sys/block/sda/sda1/partition': '1',
    '/sys/block/sda/sda1/size': '2048',
    '/sys/block/sda/sda1/start': '34',
    '/sys/block/ram0/size': '1',
  }
  const facts = storageFacts(
    source(files, {
      sizes: '4096 100 50 10 4 /N+\n4096 100 50 10 4 /mnt/b cN+\n',
      uuids: 'lrwxrwxrwx 1 root root 10 Jan  1 00:00 aaaa-bbbb -> ../../sda1\n',
      members: '/sys/block/sda/holders/dm-0\n',
    }),
    'N',
  )
  expect(facts.mounts).toEqual([
    expect.objectContaining({
      mount: '/',
      uuid: 'aaaa-bbbb',
      options: 'rw,relatime',
      size_total: 409600,
      size_available: 204800,
      block_used: 50,
      inode_used: 6,
    }),
    expect.objectContaining({ mount: '/mnt/b c', options: 'ro,discard,bind', size_total: 409600 }),
    { mount: '/nfs', device: 'server:/export', fstype: 'nfs4', options: 'rw', uuid: 'N/A' },
  ])
  expect(facts.devices).toMatchObject({
    sda: {
      size: '2.00 GB',
      model: 'Disk',
      rotational: '0',
      scheduler_mode: 'mq-deadline',
      virtual: 0,
      holders: ['dm-0'],
      partitions: { sda1: { size: '1.00 MB', start: '34', uuid: 'aaaa-bbbb' } },
    },
  })
  expect(Object.keys(facts.devices as object)).toEqual(['sda'])
  expect([humanSize(0), humanSize(1023), humanSize(1536)]).toEqual(['0.00 Bytes', '1023.00 Bytes', '1.50 KB'])
})
