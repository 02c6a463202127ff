import { existsSync, readdirSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeReader } from '../../../engine/host/read.ts'
import { framed, framedEcho, type Echo } from '../../support/framed-echo.ts'
import { localSession, shells, temporaryFolder } from '../../support/local-session.ts'

const busybox = shells.find(({ name }) => name === 'busybox')
/** Only the programs of busybox that are not about connections, and `found` as `name`. */
function only(name: string, found: string) {
  const folder = temporaryFolder()
  for (const applet of readdirSync(busybox?.path ?? '')) {
    if (applet !== 'nc' && applet !== 'bash')
      symlinkSync(readlinkSync(join(busybox?.path ?? '', applet)), join(folder, applet))
  }
  if (existsSync(join(folder, name))) unlinkSync(join(folder, name))
  symlinkSync(found, join(folder, name))
  // dash knows no applets: what is not in PATH is not there.
  return makeReader(localSession({ name, words: ['/bin/sh'], path: folder }))
}

const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

/** Where this machine has each of the programs that can open a connection. */
const programs = ['bash', 'perl', 'python3', 'nc', 'curl'].flatMap((name) => {
  const found = ['/usr/bin', '/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path))
  return found === undefined ? [] : [{ name, found }]
})
/** As other systems have it, this one shuts its half of the connection when its stdin ends. */
const ownNc = busybox && join(busybox.path, 'nc')
if (ownNc !== undefined && !programs.some(({ name }) => name === 'nc')) programs.push({ name: 'nc', found: ownNc })

describe.skipIf(!busybox)('connections from a host that has only', () => {
  let port = 0
  const servers: Server[] = []
  let echo: Echo
  beforeAll(async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (data) => socket.end(`imok ${data.toString().trim()}\n`))
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as { port: number }).port
    echo = await framedEcho()
  })
  afterAll(() => {
    for (const server of servers) server.close()
    echo.close()
  })

  it.each(programs)('$name', async ({ name, found }) => {
    const reader = only(name, found)
    const answer = await reader.dial('127.0.0.1', port, { send: 'ruok\n', read: true, timeout: 5 })
    expect(answer).toMatchObject({ connected: true, data: 'imok ruok\n', late: false })
    expect(await reader.dial('127.0.0.1', port, { timeout: 1 })).toMatchObject({ connected: true, data: '' })
    const refused = await reader.dial('127.0.0.1', 1, { timeout: 2 })
    expect(refused).toMatchObject({ connected: false, data: '', error: /refused|connect/i })
    expect(await reader.dial('no.such.invalid', 1, { timeout: 2 })).toMatchObject({ connected: false, error: /./ })
  })

  it.each(programs.filter(({ name }) => name !== 'curl'))('$name: bytes of every value', async ({ name, found }) => {
    const reader = only(name, found)
    // More than a pipe holds at once, answered in more pieces than one: it must be the whole, and at once.
    const bytes = Buffer.concat(Array.from({ length: 400 }, () => allBytes))
    const answer = await reader.dial('127.0.0.1', echo.port, { send: framed(bytes), read: true, timeout: 20 })
    expect(answer).toMatchObject({ connected: true, late: false })
    expect(answer.bytes.equals(bytes)).toBe(true)
  })

  it.each(programs.filter(({ name }) => name !== 'curl'))(
    '$name: what came before the time was over',
    async (program) => {
      const reader = only(program.name, program.found)
      // It is never told the end.
      const send = framed(Buffer.from('abc')).subarray(0, -1)
      const answer = await reader.dial('127.0.0.1', echo.port, { send, read: true, timeout: 1 })
      expect(answer).toMatchObject({ connected: true, data: 'ab' })
      // Some kinds of nc do not tell.
      if (program.name !== 'nc') expect(answer.late).toBe(true)
    },
  )

  it.each(programs.filter(({ name }) => name === 'curl'))('$name: all bytes but 255', async ({ name, found }) => {
    const reader = only(name, found)
    const bytes = Buffer.concat([allBytes.subarray(0, 255), allBytes.subarray(0, 255)])
    const answer = await reader.dial('127.0.0.1', echo.port, { send: framed(bytes), read: true, timeout: 5 })
    expect(answer.bytes.equals(bytes)).toBe(true)
    const refused = reader.dial('127.0.0.1', echo.port, { send: framed(allBytes), read: true, timeout: 5 })
    await expect(refused).rejects.toMatchObject({ code: 'CANNOT_LOOK', message: /every byte/ })
  })

  it('nothing of the kind', async () => {
    const folder = temporaryFolder()
    for (const applet of ['sh', 'grep', 'cat'])
      symlinkSync(readlinkSync(join(busybox?.path ?? '', applet)), join(folder, applet))
    const reader = makeReader(localSession({ name: 'none', words: ['/bin/sh'], path: folder }))
    await expect(reader.dial('127.0.0.1', port, { timeout: 1 })).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
  })
})
