import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { checksumIn } from '../../engine/controller/checksums.ts'

const digest = (algorithm: string): string => createHash(algorithm).update('x').digest('hex')
const sha512 = digest('sha512')
const sha256 = digest('sha256')
const md5 = digest('md5')

/** Groups of eight upper-case digits over indented lines, as `gpg --print-md SHA512 file` prints them. */
function gpg(name: string, hex: string, group = 8, perLine = 4): string {
  const groups = hex.toUpperCase().match(new RegExp(`.{1,${group}}`, 'g')) ?? []
  const lines: string[] = []
  for (let at = 0; at < groups.length; at += perLine) lines.push(groups.slice(at, at + perLine).join(' '))
  return `${name}: ${lines.join(`\n${' '.repeat(name.length + 2)}`)}\n`
}

describe('formats', () => {
  test.each([
    ['bare', `${sha512}\n`],
    ['bare, upper case', sha512.toUpperCase()],
    ['GNU', `${digest('sha384')}  other\n${sha512}  k.tgz\n`],
    ['GNU, binary', `${sha512} *./dist/k.tgz\r\n`],
    ['BSD', `SHA256 (k.tgz) = ${sha256}\nSHA512 (k.tgz) = ${sha512}\n`],
    ['BSD with a hyphen', `SHA-512 (k.tgz) = ${sha512}`],
    ['gpg', gpg('k.tgz', sha512)],
    ['gpg with a path', gpg('/home/release/k.tgz', sha512)],
    ['gpg, the name on a line of its own', gpg('k.tgz', sha512).replace(': ', ':\n       ')],
    ['gpg, several files', gpg('a.tgz', digest('sha512').replaceAll('0', '1')) + gpg('k.tgz', sha512)],
    [
      'gpg, several algorithms',
      `k.tgz:    MD5 = ${md5.toUpperCase().match(/../g)?.join(' ') ?? ''}\n` +
        `k.tgz: SHA512 = ${sha512.slice(0, 64).match(/.{8}/g)?.join(' ') ?? ''}\n   ${sha512.slice(64).match(/.{8}/g)?.join(' ') ?? ''}\n`,
    ],
  ])('%s', (_, text) => {
    expect(checksumIn(text, 'sha512', 'http://h/x/k.tgz', 'u')).toEqual({ algorithm: 'sha512', hex: sha512 })
  })
  test('of several algorithms the one asked for', () => {
    const text = `SHA256 (k) = ${sha256}\nMD5 (k) = ${md5}\n`
    expect(checksumIn(text, 'md5', 'k', 'u').hex).toBe(md5)
    expect(checksumIn(text, 'sha256', 'k', 'u').hex).toBe(sha256)
  })
})

describe('what is refused', () => {
  const refusal = (text: string): KplayError => {
    try {
      checksumIn(text, 'sha512', 'k.tgz', 'http://h/sums')
    } catch (error) {
      if (error instanceof KplayError) return error
    }
    throw new Error('no error')
  }
  test.each([
    ['another file', `${sha512}  other.tgz`, 'it holds other.tgz'],
    ['another algorithm', `${sha256}  k.tgz`, 'is it a file of sha512 checksums?'],
    ['a page', '<html>404</html>', 'is it a file of sha512 checksums?'],
    ['nothing', '', 'is it a file of sha512 checksums?'],
    ['a truncated digest', gpg('k.tgz', sha512.slice(0, 96)), 'is it a file of sha512 checksums?'],
  ])('%s', (_, text, hint) => {
    expect(refusal(text)).toMatchObject({ code: 'CHECKSUM', hint })
  })
})
