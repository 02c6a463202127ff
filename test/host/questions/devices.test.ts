import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { signatureOfBlkid, signatureOfBytes, SIGNATURE_BYTES } from '../../../engine/host/questions/signature.ts'
import { extFields, xfsFields } from '../../../engine/host/questions/superblock.ts'
import { makeReader } from '../../../engine/host/read.ts'
import { localSession, shells, temporaryFolder } from '../../support/local-session.ts'

const PATH = '/usr/sbin:/sbin:/usr/bin:/bin'
const has = (tool: string) => PATH.split(':').some((folder) => existsSync(join(folder, tool)))
const uuid = 'aa3e35fa-5985-478f-ada8-d6d112a4c0ee'

const folder = temporaryFolder()
const image = (name: string) => join(folder, name)

/** Makes a file of that many mebibytes and runs a tool on it. */
function make(name: string, mebibytes: number, ...command: string[]): void {
  writeFileSync(image(name), '')
  truncateSync(image(name), mebibytes * 2 ** 20)
  const [tool = 'true', ...words] = command
  const { status, stderr } = spawnSync(tool, [...words, image(name)], { env: { PATH } })
  if (status !== 0) throw new Error(`${tool}: ${stderr.toString()}`)
}

function poke(name: string, offset: number, text: string): void {
  make(name, 1)
  const file = openSync(image(name), 'r+')
  writeSync(file, Buffer.from(text, 'latin1'), 0, text.length, offset)
  closeSync(file)
}

describe.skipIf(!['mkfs.ext4', 'mkfs.xfs', 'mkswap', 'blkid', 'dumpe2fs'].every(has))('devices', () => {
  beforeAll(() => {
    make('ext4', 8, 'mkfs.ext4', '-q', '-F', '-L', 'da ta', '-U', uuid)
    make('ext2', 8, 'mkfs.ext2', '-q', '-F')
    make('ext3', 8, 'mkfs.ext3', '-q', '-F')
    make('xfs', 300, 'mkfs.xfs', '-q', '-L', 'xl', '-m', `uuid=${uuid}`)
    make('swap', 1, 'mkswap', '-q', '-U', uuid)
    make('empty', 1)
    poke('noise', 1000, 'hello')
    poke('dos', 510, '\x55\xaa')
    poke('lvm', 512, 'LABELONE')
  })

  it.each(shells)('are known by what stands on them, under $name', async (shell) => {
    const reader = makeReader(localSession(shell))
    const look = (name: string) => reader.blockDevice(image(name))
    const [ext4, ext2, ext3, xfs, swap, empty] = await Promise.all(
      ['ext4', 'ext2', 'ext3', 'xfs', 'swap', 'empty'].map(look),
    )
    expect(ext4).toEqual({
      path: image('ext4'),
      kind: 'file',
      size: 8 * 2 ** 20,
      fstype: 'ext4',
      uuid,
      label: 'da ta',
      holders: [],
      mountpoints: [],
    })
    expect([ext2?.fstype, ext3?.fstype, swap?.fstype]).toEqual(['ext2', 'ext3', 'swap'])
    expect(xfs).toMatchObject({ fstype: 'xfs', uuid, label: 'xl' })
    expect(empty).toEqual({ path: image('empty'), kind: 'file', size: 2 ** 20, holders: [], mountpoints: [] })
    expect(await reader.blockDevice(image('nothing'))).toBeUndefined()
    await expect(reader.blockDevice(folder)).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
  })

  it.each(shells.filter(({ name }) => name !== 'busybox'))('show their super block, under $name', async (shell) => {
    const reader = makeReader(localSession(shell))
    const [ext4, xfs, none, gone] = await Promise.all(
      ['ext4', 'xfs', 'noise', 'gone'].map((name) => reader.superblock(image(name))),
    )
    expect(ext4?.get('Filesystem volume name')).toBe('da ta')
    expect(ext4?.get('Block size')).toMatch(/^\d+$/)
    expect([xfs?.get('uuid'), xfs?.get('label'), xfs?.get('bsize'), xfs?.get('fname')]).toEqual([
      uuid,
      'xl',
      '4096',
      'xl',
    ])
    expect([none, gone]).toEqual([undefined, undefined])
  })

  it('are told apart by their bytes as blkid does', () => {
    for (const name of ['ext4', 'ext2', 'ext3', 'xfs', 'swap', 'empty', 'dos', 'lvm', 'noise']) {
      const blkid = spawnSync('blkid', ['-p', '-o', 'udev', image(name)], { env: { PATH } }).stdout.toString()
      const { fstype, partitionTable } = signatureOfBytes(readFileSync(image(name)).subarray(0, SIGNATURE_BYTES))
      const theirs = signatureOfBlkid(blkid)
      const unknown = { noise: 'unknown', lvm: 'LVM2_member' }[name]
      expect([name, fstype, partitionTable]).toEqual([
        name,
        unknown ?? theirs.fstype,
        name === 'dos' ? 'dos' : theirs.partitionTable,
      ])
    }
  })
})

it('reads what blkid escapes', () => {
  expect(
    signatureOfBlkid(
      'ID_FS_LABEL=a_b\nID_FS_LABEL_ENC=a\\x20b\nID_FS_UUID=1\nID_FS_TYPE=ext4\nID_PART_TABLE_TYPE=gpt\n',
    ),
  ).toEqual({
    fstype: 'ext4',
    label: 'a b',
    uuid: '1',
    partitionTable: 'gpt',
  })
  expect(signatureOfBlkid('')).toEqual({})
})

it('reads super blocks as they are printed', () => {
  const ext = extFields([
    'Filesystem volume name:   <none>',
    'Block count:              1048576',
    'junk',
    'First meta block group:   1 : 2',
  ])
  expect([...ext]).toEqual([
    ['Filesystem volume name', '<none>'],
    ['Block count', '1048576'],
    ['First meta block group', '1 : 2'],
  ])
  const xfs = xfsFields([
    'meta-data=/dev/sdb1              isize=256    agcount=4, agsize=6553600 blks',
    '         =                       sectsz=512   attr=2',
    'data     =                       bsize=4096   blocks=26214400, imaxpct=25',
    'naming   =version 2              bsize=8192   ascii-ci=0',
    'fname = "data\\000\\000\\000"',
  ])
  expect(Object.fromEntries(xfs)).toMatchObject({
    isize: '256',
    sectsz: '512',
    bsize: '4096',
    'naming.bsize': '8192',
    label: 'data',
    'meta-data.attr': '2',
  })
})
