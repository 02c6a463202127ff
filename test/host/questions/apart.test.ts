import { expect, it } from 'vitest'
import { apart, canBeTold } from '../../../engine/host/questions/apart.ts'

const apartIn = (text: string, ...paths: string[]) => {
  const found = apart(Buffer.from(text, 'latin1'), paths)
  return found && Object.fromEntries([...found].map(([path, bytes]) => [path, bytes.toString('latin1')]))
}

it('tells files apart by their headings', () => {
  expect(apartIn('==> /a <==\n1\n\n==> /b <==\n\n==> /c d <==\n\0\xff', '/a', '/b', '/c d')).toEqual({
    '/a': '1\n',
    '/b': '',
    '/c d': '\0\xff',
  })
  expect(apartIn('==> /a <==\nx==> /other <==\n==> \n==> /a <= ==> /b\n\n==> /b <==\n==> ', '/a', '/b')).toEqual({
    '/a': 'x==> /other <==\n==> \n==> /a <= ==> /b\n',
    '/b': '==> ',
  })
  expect(apartIn('==> /a <==\n==> ==> /b <==\n\n==> /b <==\n==> /a <==', '/a', '/b')).toEqual({
    '/a': '==> ==> /b <==\n',
    '/b': '==> /a <==',
  })
})

it('believes no heading that is there twice, or not where it should be', () => {
  const honest = '==> /a <==\n1\n\n==> /b <==\n2'
  for (const text of [
    '==> /a <==\n\n==> /b <==\nfake\n\n==> /b <==\n2',
    '==> /a <==\n1\n\n==> /b <==\n\n==> /a <==\n',
    '==> /b <==\n2\n\n==> /a <==\n1',
    '==> /a <==\n1',
    '==> /a <==\n1\n\n==> /b <==',
    ` ${honest}`,
    '',
  ]) {
    expect(apartIn(text, '/a', '/b'), text).toBeUndefined()
  }
  expect(apartIn(honest, '/a', '/b')).toEqual({ '/a': '1\n', '/b': '2' })
})

it('leaves alone what head may write in another way, or take for something else', () => {
  expect(['/a', "/a b'*$", '/==> x <=='].map(canBeTold)).toEqual([true, true, true])
  expect(['-', 'a', '/a\nb', '/é', '/\u007f', `/${'a'.repeat(999)}`].map(canBeTold)).toEqual(Array(6).fill(false))
})

it('does not take long for files full of almost headings', () => {
  for (const unit of ['==> ', '==> \n', '==> /b <=\n']) {
    const filling = unit.repeat(200_000)
    expect(apartIn(`==> /a <==\n${filling}\n==> /b <==\n`, '/a', '/b')).toEqual({
      '/a': filling,
      '/b': '',
    })
  }
})
