import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOf } from '../../engine/controller/answers.ts'
import type { Value } from '../../engine/value.ts'

let server: Server
let base = ''
const asked: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? '-'} ${String(request.headers['x-word'] ?? '-')}`)
    response.statusCode = request.url === '/missing' ? 404 : 200
    response.end('one\ntwo\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
})
afterAll(() => server.close())

const answer = (kind: 'pipe' | 'url', subject: string, options: readonly (readonly [string, Value])[] = []) =>
  answerOf(kind, subject, new Map(options), '/tmp/play.yml', {})

describe('a command of the controller', () => {
  it('gives its output, from the folder of the playbook, in a shell', async () => {
    expect(await answer('pipe', 'pwd; echo "$((1 + 1))"; echo aside >&2')).toBe('/tmp\n2\n')
  })

  it('that fails says how, and its last words', async () => {
    await expect(answer('pipe', 'echo first >&2; echo because >&2; exit 3')).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringContaining('exit status 3') as string,
      hint: 'it said: because',
    })
  })

  it('has nothing to read and cannot wait for it', async () => {
    expect(await answer('pipe', 'cat')).toBe('')
  })
})

describe('a URL', () => {
  it('gives its body, with the headers and the user it is asked for', async () => {
    const headers = new Map<Value, Value>([['X-Word', 'w']])
    const body = await answer('url', `${base}/x`, [
      ['headers', headers],
      ['username', 'u'],
      ['password', 'p'],
    ])
    expect(body).toBe('one\ntwo\n')
    expect(asked.at(-1)).toBe(`/x Basic ${Buffer.from('u:p').toString('base64')} w`)
  })

  it.each([
    ['/missing', [], 'the server answered 404'],
    ['/x', [['validate_certs', false]], 'validate_certs=false is not supported'],
  ] as const)('%s with %j fails', async (path, options, message) => {
    await expect(answer('url', `${base}${path}`, options)).rejects.toThrow(message)
  })

  it('of another kind is refused', async () => {
    await expect(answer('url', 'file:///etc/passwd')).rejects.toThrow('needs http:// or https://')
  })
})
