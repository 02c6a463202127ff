import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { makeReader } from '../../engine/host/read.ts'
import type { Reader } from '../../engine/host/reader.ts'
import type { ReadAnswer, ReadModule } from '../../engine/module/define.ts'
import { modules } from '../../engine/modules/index.ts'
import { Overlay } from '../../engine/run/overlay/overlay.ts'
import { overlayReader } from '../../engine/run/overlay/reader.ts'
import { argumentsOf } from '../support/drive.ts'
import { fakeHost } from '../support/fake-host.ts'
import { answerZookeeper, type Znodes } from '../support/fake-zookeeper.ts'
import { localSession, shells } from '../support/local-session.ts'

const servers: Server[] = []
afterAll(() => servers.forEach((server) => server.close()))

/** The port of a server that has each client to itself; a client that closes its half is gone, as for ZooKeeper. */
async function serve(talk: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined).on('end', () => socket.destroy())
    talk(socket)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

/** closeSession, whatever its number. */
const END = Buffer.from('fffffff5', 'hex')

/** A ZooKeeper that answers when it has heard the end; `cut` makes of its answer what is sent. */
function zookeeper(nodes: Znodes, cut = (answer: Buffer): Buffer => answer): Promise<number> {
  return serve((socket) => {
    let heard = Buffer.alloc(0)
    socket.on('data', (data) => {
      heard = Buffer.concat([heard, data])
      if (heard.subarray(-4).equals(END)) socket.end(cut(answerZookeeper(nodes, heard)))
    })
  })
}

const module = modules.get('kafka_info') as ReadModule
const context = { sleep: async () => undefined, now: () => 0 }
const here = (shell = shells[0]): Reader => makeReader(localSession(shell))
const ask = (args: object, reader: Reader = here()): Promise<ReadAnswer> =>
  module.read(argumentsOf(modules, 'kafka_info', { timeout: 2, ...args }).args, reader, context)

const broker = (id: number): object => ({ host: `b${id}`, port: 9092, endpoints: [`PLAINTEXT://b${id}:9092`] })
const small: Znodes = {
  '/kafka/brokers/ids/1': { ...broker(1) },
  '/kafka/brokers/topics/t': { partitions: { 0: [1, 2] } },
  '/kafka/brokers/topics/t/partitions/0/state': { leader: 1, isr: [1] },
}
const chroot = (...ports: number[]): string => `${ports.map((port) => `127.0.0.1:${port}`).join()}/kafka`

describe.each(shells.map((shell) => [shell.name, shell] as const))('by way of %s', (_, shell) => {
  test('it asks over a real connection', async () => {
    const port = await zookeeper(small)
    const { values, failed } = await ask({ zookeeper: chroot(port), broker_id: 1, partitions: true }, here(shell))
    expect(failed).toBeUndefined()
    expect(values).toEqual({
      exists: true,
      brokers: { 1: { ...broker(1), rack: null, timestamp: null } },
      broker: { ...broker(1), rack: null, timestamp: null },
      controller: null,
      cluster_id: null,
      topics: 1,
      partitions: 1,
      under_replicated: ['t-0'],
      offline: [],
      leaders: { 1: 1 },
      server: `127.0.0.1:${port}`,
    })
  })
})

describe('partitions', () => {
  test('are told only when they are asked for, and where there is a Kafka', async () => {
    const port = await zookeeper(small)
    for (const args of [{ zookeeper: chroot(port) }, { zookeeper: `127.0.0.1:${port}/elsewhere`, partitions: true }]) {
      const { values } = await ask(args)
      for (const key of ['partitions', 'under_replicated', 'offline', 'leaders']) expect(values).not.toHaveProperty(key)
    }
  })

  test('are asked about by the thousand, in few connections', async () => {
    const nodes: Record<string, Znodes[string]> = Object.fromEntries(
      [1, 2, 3].map((id) => [`/kafka/brokers/ids/${id}`, { ...broker(id) }]),
    )
    const state = { controller_epoch: 7, leader: 2, version: 1, leader_epoch: 12, isr: [1, 2, 3] }
    for (let topic = 0; topic < 150; topic += 1) {
      const path = `/kafka/brokers/topics/a.topic.with.a.name-${topic}`
      const numbers = Array.from({ length: 20 }, (_, number) => number)
      nodes[path] = { partitions: Object.fromEntries(numbers.map((number) => [number, [1, 2, 3]])) }
      for (const number of numbers)
        nodes[`${path}/partitions/${number}/state`] = number === 11 ? { ...state, isr: [2, 3] } : state
    }
    let connections = 0
    const port = await zookeeper(nodes, (answer) => {
      connections += 1
      return answer
    })
    const { values } = await ask({ zookeeper: chroot(port), partitions: true, timeout: 20 })
    expect(values).toMatchObject({ topics: 150, partitions: 3000, offline: [], leaders: { 1: 0, 2: 3000, 3: 0 } })
    expect(values['under_replicated']).toHaveLength(150)
    expect(connections).toBeLessThan(12)
  })

  test('of topics so large that an answer is cut at its limit are asked about again', async () => {
    const nodes: Record<string, Znodes[string]> = { '/kafka/brokers/ids/1': { ...broker(1) } }
    // A hundred of these are more than what is read of one answer.
    const padding = 'x'.repeat(30_000)
    for (let topic = 0; topic < 120; topic += 1)
      nodes[`/kafka/brokers/topics/t${topic}`] = { padding, partitions: { 0: [1] } }
    let longest = 0
    const port = await zookeeper(nodes, (answer) => {
      longest = Math.max(longest, answer.length)
      return answer
    })
    const { values, failed } = await ask({ zookeeper: chroot(port), partitions: true, timeout: 20 })
    expect(failed).toBeUndefined()
    expect(longest).toBeGreaterThan(2 * 1024 * 1024)
    expect(values).toMatchObject({ topics: 120, partitions: 120 })
    expect(values['offline']).toHaveLength(120)
  })
})

describe('a ZooKeeper that does not serve', () => {
  test.each([
    ['closes the connection at once', (socket: Socket) => socket.destroy(), /begins no session|reset/i],
    ['says nothing', () => undefined, /does not answer within 1 s/],
    ['is something else', (socket: Socket) => socket.end('220 mail.example ESMTP\r\n'), /does not speak as ZooKeeper/],
  ])('%s', async (_, talk, why) => {
    const [bad, good] = [await serve(talk), await zookeeper(small)]
    const { values } = await ask({ zookeeper: chroot(bad, good), timeout: 1 })
    expect(values['server']).toBe(`127.0.0.1:${good}`)
    const { failed, hint } = await ask({ zookeeper: chroot(1, bad), timeout: 1 })
    expect(failed).toMatch(new RegExp(`^no ZooKeeper serves: 127.0.0.1:1: Connection refused; 127.0.0.1:${bad}: `))
    expect(failed).toMatch(why)
    expect(hint).toMatch(/majority/)
  })

  test.each([
    ['in the middle', (answer: Buffer) => answer.subarray(0, -30), /closes it before it has answered/],
    ['after the first words', (answer: Buffer) => answer.subarray(0, 30), /begins no session/],
    ['with nonsense', (answer: Buffer) => Buffer.concat([answer.subarray(0, 45), answer]), /not speak as ZooKeeper/],
  ])('its answer ends %s', async (_, cut, why) => {
    const { failed } = await ask({ zookeeper: chroot(await zookeeper(small, cut)) })
    expect(failed).toMatch(why)
  })

  test('gets no answer to a question that nobody may ask', async () => {
    const port = await zookeeper(small, (answer) => {
      // The first error in it is that there is no /controller.
      answer.writeInt32BE(-102, answer.indexOf(Buffer.from('ffffff9b', 'hex')))
      return answer
    })
    expect((await ask({ zookeeper: chroot(port) })).failed).toMatch(/without logging in: \/kafka\/controller/)
  })
})

describe('what Kafka does not write', () => {
  test.each([
    ['/kafka/brokers/ids/1', '{', /\/brokers\/ids\/1 in ZooKeeper does not hold what Kafka writes: "\{"/],
    ['/kafka/brokers/ids/one', {}, /lists "one", which is no number/],
    ['/kafka/brokers/ids/1', {}, /names no host/],
    ['/kafka/brokers/ids/1', { host: 'a', endpoints: 7 }, /endpoints/],
    ['/kafka/controller', { brokerid: '1' }, /no number as brokerid: "1"/],
    ['/kafka/controller', '[1]', /does not hold/],
    ['/kafka/cluster/id', {}, /has no id/],
    ['/kafka/brokers/topics/t', { version: 1 }, /has no partitions/],
    ['/kafka/brokers/topics/t', { partitions: { 0: 1 } }, /no list as partition 0: 1/],
    ['/kafka/brokers/topics/t', { partitions: { a: [1] } }, /lists "a"/],
    ['/kafka/brokers/topics/t/partitions/0/state', { leader: 1 }, /no list as isr/],
    ['/kafka/brokers/topics/t/partitions/0/state', { leader: 'b', isr: [] }, /no number as leader/],
  ])('%s: %j', async (path, content, why) => {
    const host = fakeHost({ dials: { 'z1:2181': { zookeeper: { ...small, [path]: content } } } })
    const { failed, hint, values } = await ask({ zookeeper: 'z1/kafka', partitions: true }, host.reader)
    expect(failed).toMatch(why)
    expect(hint).toMatch(/chroot/)
    expect(values).toEqual({})
  })
})

test('a dry run does not ask what rests on predictions', async () => {
  const base = here()
  const options = { question: true, predictedAnywhere: () => true }
  const reader = overlayReader(base, new Overlay(base), options)
  await expect(ask({ zookeeper: chroot(1) }, reader)).rejects.toMatchObject({ code: 'UNPREDICTABLE' })
})
