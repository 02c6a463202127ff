import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchScript, settingsFor } from '../../engine/modules/_fetch-script.ts'
import { counting } from '../host/support/other-shells.ts'
import { localSession, temporaryFolder } from '../support/local-session.ts'

const BODY = 'x'.repeat(100_000)
let server: Server
let url = ''
beforeAll(async () => {
  server = createServer((_, response) => void response.end(BODY))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`
})
afterAll(() => void server.close())

const attributes = { mode: undefined, owner: undefined, group: undefined }

/** Downloads with curl; `hex`: the digest that it has to have. */
function fetching(shell: ReturnType<typeof counting>['shell'], folder: string, hex?: string) {
  const command = fetchScript({
    ...{ ...attributes, place: join(folder, 'file'), url, tool: 'curl', old: undefined, backup: false },
    ...{ timeout: 5, retries: 0, useProxy: true, validateCerts: true },
    checksum: hex === undefined ? undefined : { algorithm: 'sha256', hex },
  })
  const settings = settingsFor('curl', {
    ...{ url, headers: {}, user: undefined, password: undefined, agent: 'kplay', validateCerts: true },
    ...{ clientCert: undefined, clientKey: undefined, authority: undefined },
  })
  return localSession(shell).step(command, { stdin: settings })
}

const RIGHT = createHash('sha256').update(BODY).digest('hex')

test('one download starts curl once', async () => {
  const { shell, started } = counting('curl')
  const folder = temporaryFolder()
  expect(await fetching(shell, folder, RIGHT)).toMatchObject({ code: 0, stderr: '' })
  expect([started(), readFileSync(join(folder, 'file'), 'utf8') === BODY]).toEqual([1, true])
})

test('an old curl that cannot be told which protocols it may speak still downloads', async () => {
  const old = 'case "$*" in *--proto*) echo "curl: option --proto: is unknown" >&2; exit 2 ;; esac'
  const { shell, started } = counting('curl', `${old}; exec /usr/bin/curl "$@"`)
  const folder = temporaryFolder()
  expect(await fetching(shell, folder)).toMatchObject({ code: 0, stderr: '' })
  expect([started(), readdirSync(folder)]).toEqual([2, ['file']])
})

test('one that cannot start at all is told by its own words', async () => {
  const { shell, started } = counting('curl', 'echo "curl: (2) no --proto memory" >&2; exit 2')
  expect(await fetching(shell, temporaryFolder(), RIGHT)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no --proto memory') as string,
  })
  expect(started()).toBe(2)
})

test('a disk that does not take it is noticed while the digest is right', async () => {
  const { shell } = counting('sync', 'echo "sync: error syncing: Input/output error" >&2; exit 1')
  const folder = temporaryFolder()
  expect(await fetching(shell, folder, RIGHT)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Input/output error') as string,
  })
  // What it holds may be true in memory alone.
  expect(readdirSync(folder)).toEqual([])
})
