import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeSession,
  encodeSession,
  UnexpectedAnswer,
  type ZookeeperRequest,
} from '../../engine/modules/_zookeeper-wire.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')

const requests: readonly ZookeeperRequest[] = [
  { op: 'sync', path: '/' },
  { op: 'exists', path: '/deep/kafka/brokers' },
  { op: 'children', path: '/deep/kafka/brokers/ids' },
  { op: 'data', path: '/deep/kafka/controller' },
  { op: 'data', path: '/deep/kafka/cluster/id' },
]

/** What a ZooKeeper 3.4.6 said to these, as it was recorded. */
const answer = bytes(`
  00000025000000000000138801a206ab1b99000800000010061fb4ecf608e2083d1f2632ccda17050000000015000000
  01000000020000001100000000000000012f000000540000000200000002000000110000000000000001000000090000
  000100000009000001a206a512a3000001a206a512a30000000000000003000000000000000000000000000000000000
  000300000001000000140000002300000003000000020000001100000000000000030000000131000000013200000001
  330000008e00000004000000020000001100000000000000367b2276657273696f6e223a312c2262726f6b6572696422
  3a332c2274696d657374616d70223a2231373935343037383131383038227d0000000100000019000000010000001900
  0001a206a514f3000001a206a514f300000000000000000000000001a206a50132000000000036000000000000000100
  00001900000010000000050000000200000011ffffff9b0000001000000006000000020000001200000000`)

describe('what is sent', () => {
  test('is a session in one go', () => {
    const asked: readonly ZookeeperRequest[] = [
      { op: 'sync', path: '/' },
      { op: 'data', path: '/ä' },
      { op: 'children', path: '/b' },
      { op: 'exists', path: '/b' },
    ]
    const wanted = bytes(`
      0000002d 00000000 0000000000000000 00001388 0000000000000000 00000010 00000000000000000000000000000000 00
      0000000d 00000001 00000009 00000001 2f
      00000010 00000002 00000004 00000003 2fc3a4 00
      0000000f 00000003 00000008 00000002 2f62 00
      0000000f 00000004 00000003 00000002 2f62 00
      00000008 00000005 fffffff5`)
    expect(encodeSession(asked, 5000).toString('hex')).toBe(wanted.toString('hex'))
  })
})

describe('what comes back', () => {
  const { begun, replies } = decodeSession(answer, requests)

  test('is a session with an answer to each request', () => {
    expect(begun).toBe(true)
    expect(replies.map(({ error }) => error)).toEqual([0, 0, 0, 0, -101])
    expect(replies[2]?.children).toEqual(['1', '2', '3'])
    expect(JSON.parse(replies[3]?.data?.toString() ?? '')).toEqual({
      version: 1,
      brokerid: 3,
      timestamp: '1795407811808',
    })
  })

  test('may begin as it did before 3.4, without a word on read-only', () => {
    const old = Buffer.concat([bytes('00000024'), answer.subarray(4, 40), answer.subarray(41)])
    expect(decodeSession(old, requests)).toEqual({ begun, replies })
  })

  test('may be no session: the server closed, or grants it no time', () => {
    expect(decodeSession(Buffer.alloc(0), requests)).toEqual({ begun: false, replies: [] })
    const refused = Buffer.from(answer)
    refused.writeInt32BE(0, 8)
    expect(decodeSession(refused, requests)).toEqual({ begun: false, replies: [] })
  })

  test('may hold nothing where a path has neither data nor children', () => {
    const head = answer.subarray(0, 41)
    const empty = (body: string): Buffer =>
      Buffer.concat([head, bytes('00000014 00000001 0000000200000011 00000000'), bytes(body)])
    expect(decodeSession(empty('ffffffff'), [{ op: 'data', path: '/' }]).replies).toEqual([
      { error: 0, data: Buffer.alloc(0) },
    ])
    expect(decodeSession(empty('ffffffff'), [{ op: 'children', path: '/' }]).replies).toEqual([
      { error: 0, children: [] },
    ])
  })

  test('may break off anywhere: what is whole counts', () => {
    for (let length = 0; length < answer.length; length += 1) {
      const found = decodeSession(answer.subarray(0, length), requests)
      expect(found.replies).toEqual(replies.slice(0, found.replies.length))
      expect(found.begun).toBe(length >= 41)
    }
  })

  test.each([
    ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'), /message of \d+ bytes/],
    ['an answer to another request', Buffer.concat([answer.subarray(0, 41), answer.subarray(66)]), /request 2 came/],
    ['a length below nothing', Buffer.concat([answer.subarray(0, 41), bytes('ffffffff')]), /message of -1 bytes/],
  ])('is not taken from %s', (_, wrong, why) => {
    expect(() => decodeSession(wrong, requests)).toThrow(UnexpectedAnswer)
    expect(() => decodeSession(wrong, requests)).toThrow(why)
  })

  test('is refused when a list or a text claims more than there is', () => {
    const wrong = Buffer.from(answer)
    // How many children there are, and how long the data is.
    const children = answer.indexOf(bytes('00000003 0000000131'))
    wrong.writeInt32BE(2 ** 30, children)
    expect(() => decodeSession(wrong, requests)).toThrow(/cut off/)
    wrong.writeInt32BE(2 ** 30, answer.indexOf(bytes('00000036 7b22')))
    expect(() => decodeSession(wrong.subarray(0), requests)).toThrow(/cut off/)
  })

  test('never leads to another error', () => {
    const change = fc.array(fc.tuple(fc.nat(answer.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(change, (places) => {
        const wrong = Buffer.from(answer)
        for (const [at, byte] of places) wrong[at] = byte
        try {
          decodeSession(wrong, requests)
        } catch (error) {
          expect(error).toBeInstanceOf(UnexpectedAnswer)
        }
      }),
    )
  })
})
