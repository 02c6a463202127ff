import { expect, it } from 'vitest'
import type { Reader } from '../../engine/host/reader.ts'
import { bootOrder } from '../../engine/modules/_sysctl-boot.ts'
import { fakeHost } from '../support/fake-host.ts'

const OURS = '/etc/sysctl.d/60-kafka.conf'

/** What is found out with these files on the host, and what is asked in each turn of the event loop. */
async function order(
  files: Readonly<Record<string, string | { link: string }>>,
  {
    file = OURS,
    manager = 'systemd',
    closed = {},
  }: { file?: string; manager?: 'systemd' | 'none'; closed?: object } = {},
) {
  const turns: string[][] = []
  const { reader } = fakeHost({ files, manager, closed } as never)
  let waiting: (() => void)[] = []
  const answered = Object.entries(reader).map(([name, ask]: [string, (...words: unknown[]) => Promise<unknown>]) => [
    name,
    async (...words: unknown[]) => {
      if (waiting.length === 0) {
        turns.push([])
        setImmediate(() => {
          const all = waiting
          waiting = []
          for (const go of all) go()
        })
      }
      turns.at(-1)?.push(`${name} ${JSON.stringify(words)}`)
      await new Promise<void>((resolve) => waiting.push(resolve))
      return ask(...words)
    },
  ])
  const { read, later } = await bootOrder(file, Object.fromEntries(answered) as Reader)
  return { read, later: Object.fromEntries([...later].map(([key, { place }]) => [key, place])), turns }
}

it('asks no more where our file is the last one', async () => {
  const files = {
    '/usr/lib/sysctl.d/50-pid-max.conf': 'a=1\n',
    '/lib/sysctl.d/50-pid-max.conf': 'a=1\n',
    [OURS]: 'b=1\n',
  }
  for (const known of [files, { '/usr/lib/sysctl.d/50-pid-max.conf': 'a=1\n' }]) {
    const { turns, ...found } = await order(known, { closed: { '/usr/lib/sysctl.d/50-pid-max.conf': 'closed' } })
    expect(found).toEqual({ read: true, later: {} })
    expect(turns).toHaveLength(1)
  }
})

it('asks once about those behind it, and what is hidden may be unreadable', async () => {
  const { turns, ...found } = await order(
    {
      [OURS]: 'b=1\n',
      '/etc/sysctl.conf': 'old=1\n',
      '/etc/sysctl.d/10-early.conf': 'a=1\n',
      '/run/sysctl.d/70-late.conf': 'b=2\n',
      '/usr/lib/sysctl.d/80-null.conf': 'c=1\n',
      '/etc/sysctl.d/80-null.conf': { link: '/dev/null' },
      '/etc/sysctl.d/99-sysctl.conf': { link: '../sysctl.conf' },
    },
    { closed: { '/dev/null': 'no regular file' } },
  )
  expect(found).toEqual({
    read: true,
    later: { b: '/run/sysctl.d/70-late.conf:1', old: '/etc/sysctl.d/99-sysctl.conf:1' },
  })
  expect(turns).toHaveLength(2)
  expect(turns[1]?.join()).not.toContain('10-early')
})

it('takes a link to our file for the file itself', async () => {
  const files = {
    [OURS]: 'b=1\n',
    '/etc/sysctl.conf': 'b=1\n',
    '/etc/sysctl.d/61-other.conf': 'b=2\n',
    '/etc/sysctl.d/70-again.conf': { link: '60-kafka.conf' },
    '/etc/sysctl.d/99-sysctl.conf': { link: '../sysctl.conf' },
    '/run/sysctl.d/99-z.conf': 'c=1\n',
  }
  expect((await order(files)).later).toEqual({ b: '/etc/sysctl.d/99-sysctl.conf:1', c: '/run/sysctl.d/99-z.conf:1' })
  expect(await order(files, { file: '/etc/sysctl.conf' })).toMatchObject({
    read: true,
    later: { c: '/run/sysctl.d/99-z.conf:1' },
  })
  expect(await order(files, { file: '/etc/sysctl.conf', manager: 'none' })).toMatchObject({ read: true, later: {} })
  expect((await order(files, { manager: 'none' })).later).toMatchObject({ b: '/etc/sysctl.conf:1' })
  expect(await order(files, { file: '/srv/own.conf' })).toMatchObject({ read: false, later: {} })
})
