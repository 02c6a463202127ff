import { generateKeyPairSync } from 'node:crypto'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import ssh2, { type AuthContext, type Connection as Peer, type ServerChannel } from 'ssh2'
import { afterAll, describe, expect, test } from 'vitest'
import type { KplayError } from '../../engine/errors.ts'
import { SHELL, type Connection } from '../../engine/host/connection.ts'
import { LiveSession } from '../../engine/host/live-session.ts'
import type { LoginTools } from '../../engine/host/login/connect.ts'
import { Keys } from '../../engine/host/login/keys.ts'
import { KnownHosts } from '../../engine/host/settings/known_hosts.ts'
import { SshConfig } from '../../engine/host/settings/ssh_config.ts'
import { userScript } from '../../engine/host/shell.ts'
import { connectSsh } from '../../engine/host/ssh.ts'

const homes = mkdtempSync(join(tmpdir(), 'kplay-ssh-'))
const hostKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' })
const open: { close(): unknown }[] = []
afterAll(() => {
  for (const one of open) one.close()
  rmSync(homes, { recursive: true })
})

/** A server on a free port of this machine that does with each connection what the test says. */
function listen(greet: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: NetServer = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    greet(socket)
  })
  open.push({
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
}

interface Behaviour {
  readonly authenticate?: (context: AuthContext) => void
  readonly exec?: (channel: ServerChannel, command: string, peer: Peer) => void
  /** Looks at a connection before ssh does; false drops it. */
  readonly admit?: (socket: Socket) => boolean
}

/** An sshd of our own, odd where the test wants it; by default it runs what it is told to. */
function serve({ authenticate, exec = runLocally, admit = () => true }: Behaviour = {}): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (peer) => {
    peer.on('error', () => undefined)
    peer.on('authentication', (context) => (authenticate ? authenticate(context) : context.accept()))
    peer.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => exec(acceptExec(), command, peer))
    })
  })
  return listen((socket) => (admit(socket) ? server.injectSocket(socket) : socket.destroy()))
}

function runLocally(channel: ServerChannel, command: string): void {
  const child = spawn('/bin/sh', ['-c', command], { stdio: 'pipe' })
  channel.pipe(child.stdin)
  child.stdin.on('error', () => undefined)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.on('close', (code) => {
    channel.exit(code ?? 255)
    channel.end()
  })
}

function tools(home: string): LoginTools {
  const ask = async () => undefined
  const env = { PATH: process.env['PATH'], HOME: home }
  return {
    config: new SshConfig(env),
    keys: new Keys(ask),
    knownHosts: new KnownHosts(),
    ask,
    limit: pLimit(50),
    hops: new Map(),
  }
}

interface Login {
  readonly timeout?: number
  readonly password?: string
  readonly home?: string
}

async function connect(port: number, login: Login = {}): Promise<Connection> {
  const { timeout = 5, password = 'secret', home = mkdtempSync(join(homes, 'home-')) } = login
  const settings = {
    host: 'odd',
    kind: 'ssh',
    address: '127.0.0.1',
    port,
    user: 'somebody',
    password,
    timeout,
  } as const
  const connection = await connectSsh(
    { ...settings, sshArguments: [], acceptNewHostKeys: true, knownHosts: [] },
    tools(home),
  )
  open.push(connection)
  return connection
}
const openSession = (connection: Connection): Promise<LiveSession> =>
  LiveSession.open({ connection: async () => connection, start: (one) => one.start(SHELL), timeout: 3 })
const failure = (attempt: Promise<unknown>): Promise<KplayError> =>
  attempt.then(
    () => expect.fail('it should have failed'),
    (error: KplayError) => error,
  )

// Most of them wait, so side by side.
describe.concurrent('a server that is none', () => {
  test.each([
    ['says nothing', () => undefined, 'no answer in time'],
    ['talks HTTP', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /no ssh server/],
    ['says a megabyte of nonsense', (socket: Socket) => socket.write('x'.repeat(2 ** 20)), /no ssh server/],
    ['greets and falls silent', (socket: Socket) => socket.write('SSH-2.0-odd\r\n'), 'no answer in time'],
    ['greets and hangs up', (socket: Socket) => socket.end('SSH-2.0-odd\r\n'), /cut off/],
    [
      'greets and talks rubbish',
      (socket: Socket) => socket.write(`SSH-2.0-odd\r\n${'\xff'.repeat(5000)}`),
      /ssh server|failed/,
    ],
    ['talks of SSH 1', (socket: Socket) => socket.write('SSH-1.5-old\r\n'), /ssh server|failed/],
  ] as const)('%s', { timeout: 60_000 }, async (_, greet, message) => {
    const port = await listen(greet)
    const error = await failure(connect(port, { timeout: 1 }))
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(message) as string,
      hint: expect.any(String) as string,
    })
  })
})

describe.concurrent('an odd server', () => {
  test('drops connections before the handshake, as a busy one does: tried again', async () => {
    let count = 0
    const port = await serve({ admit: () => ++count > 3 })
    const session = await openSession(await connect(port))
    expect((await session.probe(userScript('echo here'))).stdout.toString()).toBe('here\n')
    expect(count).toBe(4)
  })

  test('refuses everything: says what it accepts and what was tried, and not the password', async () => {
    const attempts: string[] = []
    const port = await serve({
      authenticate(context) {
        attempts.push(context.method)
        context.reject(['password', 'publickey'])
      },
    })
    const error = await failure(connect(port))
    expect(error).toMatchObject({ code: 'LOGIN_REFUSED', message: 'the login as somebody was refused' })
    expect(error.hint).toContain('tried: password')
    expect(error.hint).toContain('the server accepts: password, publickey')
    expect(JSON.stringify([error.message, error.hint, String(error.cause)])).not.toContain('secret')
    expect(attempts.filter((method) => method === 'password')).toHaveLength(1)
  })

  test('wants a key and then a code', async () => {
    const port = await serve({
      authenticate(context) {
        if (context.method === 'password') context.reject(['keyboard-interactive'], true)
        else if (context.method === 'keyboard-interactive')
          context.prompt([{ prompt: 'Code: ', echo: true }], ([answer]) =>
            answer === '' ? context.reject() : context.accept(),
          )
        else context.reject(['password'])
      },
    })
    // There is nobody to ask for the code here.
    expect(await failure(connect(port))).toMatchObject({
      code: 'LOGIN_REFUSED',
      hint: expect.stringContaining('keyboard-interactive') as string,
    })
  })

  test('hangs up in the middle of the login', async () => {
    const sockets: Socket[] = []
    const port = await serve({
      admit: (socket) => sockets.push(socket) > 0,
      authenticate: () => sockets.forEach((socket) => socket.destroy()),
    })
    expect(await failure(connect(port))).toMatchObject({
      code: 'LOGIN_REFUSED',
      cause: expect.objectContaining({ message: 'the server closed the connection' }) as Error,
    })
  })

  test('has an account that may not log in', async () => {
    const port = await serve({
      exec(channel) {
        channel.write('This account is currently not available.\n')
        channel.exit(1)
        channel.end()
      },
    })
    const error = await failure(connect(port).then(openSession))
    expect(error).toMatchObject({ code: 'LOGIN_REFUSED', hint: expect.stringContaining('not available') as string })
  })

  test('never answers what it is told to run', async () => {
    const port = await serve({ exec: (channel) => channel.write('please wait\n') })
    const error = await failure(connect(port).then(openSession))
    expect(error).toMatchObject({ code: 'LOGIN_REFUSED', hint: 'please wait' })
  })

  test('chats on both streams before, and imitates the marks of frames', async () => {
    const port = await serve({
      exec(channel) {
        channel.write(`Welcome!\n\n${'0'.repeat(32)}+\nfake\n${'0'.repeat(32)}-0\n`)
        channel.stderr.write('last login: never')
        runLocally(channel, SHELL)
      },
    })
    const session = await openSession(await connect(port))
    const answers = await Promise.all(
      [1, 2, 3].map((one) => session.probe(userScript(`echo ${one}; echo e${one} >&2`))),
    )
    expect(answers.map(({ stdout, stderr }) => `${stdout.toString()}${stderr.toString()}`)).toEqual([
      '1\ne1\n',
      '2\ne2\n',
      '3\ne3\n',
    ])
  })

  test('cuts the connection while a step runs: in doubt, and the error says so', async () => {
    let peer: Peer | undefined
    const port = await serve({
      exec(channel, command, from) {
        peer = from
        runLocally(channel, command)
      },
    })
    const session = await openSession(await connect(port))
    const step = session.step(userScript('sleep 5'))
    setTimeout(() => peer?.end(), 200)
    expect(await failure(step)).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('may or may not') as string,
    })
  })

  test('opens channels to us, which we refuse', async () => {
    const refused: boolean[] = []
    const port = await serve({
      exec(channel, command, peer) {
        peer.forwardOut('127.0.0.1', 1, '127.0.0.1', 2, (error) => refused.push(error !== undefined))
        peer.openssh_forwardOutStreamLocal('/tmp/agent', (error) => refused.push(error !== undefined))
        runLocally(channel, command)
      },
    })
    const session = await openSession(await connect(port))
    await session.probe(userScript('sleep 0.2'))
    expect(refused).toEqual([true, true])
  })

  test('is remembered by its key', async () => {
    const home = mkdtempSync(join(homes, 'home-'))
    await connect(await serve(), { home })
    expect(readFileSync(join(home, '.ssh/known_hosts'), 'utf8')).toMatch(
      /^(\|1\|\S+|\[127\.0\.0\.1\]:\d+) ssh-rsa \S+\n$/,
    )
  })
})
