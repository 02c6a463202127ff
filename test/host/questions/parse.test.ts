import { expect, it } from 'vitest'
import { parseMounts } from '../../../engine/host/questions/kernel.ts'
import { parseListeners } from '../../../engine/host/questions/processes.ts'
import { absentOr, absentOrAlone, ALONE, reasonIn } from '../../../engine/host/questions/question.ts'
import { readRecord } from '../../../engine/host/questions/stat.ts'
import { unitQuestion } from '../../../engine/host/questions/services.ts'
import { candidateQuestion, packageQuestion } from '../../../engine/host/questions/packages.ts'

const section = (stdout: string, code = 0, stderr = '') => ({ stdout: Buffer.from(stdout), stderr, code })

it('reads mount lines, with any number of tags and escaped names', () => {
  const text = [
    '36 35 98:0 /mnt1 /mnt/two\\040words rw,noatime master:1 - ext3 /dev/ro\\134ot rw,errors=continue',
    '37 35 0:5 / /x ro,relatime - tmpfs tmpfs rw,size=1k',
    'nonsense',
  ].join('\n')
  expect(parseMounts(text)).toEqual([
    {
      path: '/mnt/two words',
      source: '/dev/ro\\ot',
      fstype: 'ext3',
      options: ['rw', 'noatime', 'errors=continue'],
      device: '98:0',
      root: '/mnt1',
    },
    { path: '/x', source: 'tmpfs', fstype: 'tmpfs', options: ['ro', 'relatime', 'size=1k'], device: '0:5', root: '/' },
  ])
})

it('reads sockets of both families', () => {
  const line = (address: string) =>
    `   0: ${address} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1`
  const text = [
    '0100007F:0016',
    '00000000000000000000000000000000:2384',
    '0000000000000000FFFF00000100007F:1F90',
    'B80D01200000000067452301EFCDAB89:0050',
  ].map(line)
  expect(parseListeners(text.join('\n'))).toEqual([
    { address: '127.0.0.1', port: 22, inode: 12345 },
    { address: '::', port: 9092, inode: 12345 },
    { address: '::ffff:127.0.0.1', port: 8080, inode: 12345 },
    { address: '2001:db8::123:4567:89ab:cdef', port: 80, inode: 12345 },
  ])
})

it('tells absent from unknown by what tools say', () => {
  expect(absentOr('x', "stat: cannot stat 'x': No such file or directory\n")).toBeUndefined()
  expect(absentOr('x', 'cat: x/y: Not a directory\n')).toBeUndefined()
  expect(absentOr('x', "stat: cannot stat 'x': Permission denied\n")).toMatchObject({
    code: 'CANNOT_LOOK',
    message: 'cannot look at x: Permission denied',
  })
  expect(absentOr('x', 'sh: 1: stat: not found\n')).toMatchObject({ code: 'CANNOT_LOOK' })
  expect(absentOr('x', '')).toMatchObject({ code: 'CANNOT_LOOK' })
  const missing = 'stat: a: No such file or directory\n'
  expect([absentOrAlone(1, missing), absentOrAlone(2, missing), absentOrAlone(0, '')]).toEqual([
    undefined,
    ALONE,
    undefined,
  ])
  expect(absentOrAlone(2, `${missing}stat: b: Permission denied\n`)).toBe(ALONE)
  expect(reasonIn('a: b: why not\n')).toBe('why not')
})

it('reads the links of old and new stats', () => {
  const target = (quoted: string, name = 'na me') => readRecord(`a1ff 0 7 7 1 2 3 4 5 1:root:UNKNOWN:${name}`, quoted)
  expect(target('na me -> a -> b')).toMatchObject({
    target: 'a -> b',
    entry: { kind: 'link', mode: '0777', owner: 'root', group: '7' },
  })
  expect(target("'na me' -> 'x'")?.target).toBe('x')
  expect(target("`na me' -> `x'")?.target).toBe('x')
  expect(target("`na me' -> `x\\ny'")?.target).toBe(ALONE)
  expect(target("`other' -> `x'")?.target).toBe(ALONE)
  expect(readRecord('nonsense', '')).toBeUndefined()
})

it('reads units of both managers', () => {
  const block = (name: string, state: string) =>
    `Id=${name}\nLoadState=loaded\nActiveState=${state}\nSubState=running\nUnitFileState=enabled\nMainPID=42\nNRestarts=3\nNeedDaemonReload=yes\nResult=success\nExecMainStatus=0\nType=simple\n`
  const systemd = section(`systemd\n${block('a', 'active')}\n${block('b', 'failed')}`)
  expect(unitQuestion.read(systemd, ['a.service', 'b.service'], 'M', false)).toMatchObject([
    { manager: 'systemd', active: 'active', mainPid: 42, restarts: 3, needsReload: true, type: 'simple' },
    { active: 'failed' },
  ])
  expect(unitQuestion.read(systemd, ['a.service', 'b.service', 'c.service'], 'M', false)).toEqual([ALONE, ALONE, ALONE])
  const refused = section('systemd\n', 1, 'Failed to connect to bus: Permission denied\n')
  expect(unitQuestion.read(refused, ['a.service'], 'M', true)).toMatchObject([
    { code: 'CANNOT_LOOK', message: /Permission denied/ },
  ])
  const sysv = section(
    'sysv\n0 enabled 12\nM0\n1 disabled 0\nM0\n3 disabled 0\nM0\nabsent\nM0\nM1\n',
    0,
    'grep: x: Input/output error\n',
  )
  expect(unitQuestion.read(sysv, ['a', 'b', 'c', 'd', 'e'], 'M', false)).toMatchObject([
    { manager: 'sysv', load: 'loaded', active: 'active', enabled: 'enabled', mainPid: 12 },
    { active: 'failed' },
    { active: 'inactive', sub: 'dead' },
    { load: 'not-found', active: 'inactive' },
    { code: 'CANNOT_LOOK' },
  ])
})

it('reads packages', () => {
  const dpkg =
    'dpkg\na\tamd64\t1.0\tinstall ok installed\na\ti386\t1.0\tinstall ok installed\nb\tamd64\t2\tdeinstall ok config-files\nc\tall\t3\thold ok installed\n'
  expect(packageQuestion.read(section(dpkg), ['a', 'b', 'c', 'd', 'a:i386', 'a:arm64'], 'M', false)).toEqual([
    { name: 'a', version: '1.0' },
    undefined,
    { name: 'c', version: '3' },
    undefined,
    { name: 'a:i386', version: '1.0' },
    undefined,
  ])
  const policy =
    'a:\n  Installed: (none)\n  Candidate: 1.2-3\n  Version table:\n     1.2-3 500\nb:\n  Installed: (none)\n  Candidate: (none)\n'
  expect(candidateQuestion.read(section(policy), ['a', 'b', 'c'], 'M', false)).toEqual(['1.2-3', undefined, undefined])
})
