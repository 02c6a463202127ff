import { existsSync, readdirSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeReader } from '../../../engine/host/read.ts'
import { localSession, shells, temporaryFolder } from '../../support/local-session.ts'

const busybox = shells.find(({ name }) => name === 'busybox')
/** Where this machine has each of the programs that can open a connection. */
const programs = ['bash', 'perl', 'python3', 'nc', 'curl'].flatMap((name) => {
  const found = ['/usr/bin', '/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path))
  return found === undefined ? [] : [{ name, found }]
})

describe.skipIf(!busybox)('connections from a host that has only', () => {
  let port = 0
  const servers: Server[] = []
  beforeAll(async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (data) => socket.end(`imok ${data.toString().trim()}\n`))
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as { port: number }).port
  })
  afterAll(() => servers.forEach((server) => server.close()))

  it.each(programs)('$name', async ({ name, found }) => {
    const folder = temporaryFolder()
    for (const applet of readdirSync(busybox?.path ?? '')) {
      if (applet !== 'nc' && applet !== 'bash')
        symlinkSync(readlinkSync(join(busybox?.path ?? '', applet)), join(folder, applet))
    }
    if (existsSync(join(folder, name))) unlinkSync(join(folder, name))
    symlinkSync(found, join(folder, name))
    // dash knows no applets: what is not in PATH is not there.
    const reader = makeReader(localSession({ name, words: ['/bin/sh'], path: folder }))
    const answer = await reader.dial('127.0.0.1', port, { send: 'ruok\n', read: true, timeout: 5 })
    expect(answer).toEqual({ connected: true, data: 'imok ruok\n' })
    expect(await reader.dial('127.0.0.1', port, { timeout: 1 })).toEqual({ connected: true, data: '' })
    const refused = await reader.dial('127.0.0.1', 1, { timeout: 2 })
    expect(refused).toMatchObject({ connected: false, data: '', error: /refused|connect/i })
    expect(await reader.dial('no.such.invalid', 1, { timeout: 2 })).toMatchObject({ connected: false, error: /./ })
  })

  it('nothing of the kind', async () => {
    const folder = temporaryFolder()
    for (const applet of ['sh', 'grep', 'cat'])
      symlinkSync(readlinkSync(join(busybox?.path ?? '', applet)), join(folder, applet))
    const reader = makeReader(localSession({ name: 'none', words: ['/bin/sh'], path: folder }))
    await expect(reader.dial('127.0.0.1', port, { timeout: 1 })).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
  })
})
