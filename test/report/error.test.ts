import { expect, test } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { renderError } from '../../engine/report/error.ts'
import { painter } from '../../engine/report/style.ts'

const place = { file: '/p/site.yml', line: 1, column: 3 }
const render = (error: KplayError, source: string): string =>
  renderError(error, { readText: () => source, folder: '/p' }, painter(false))

test('why and what to do may have several lines', () => {
  const error = new KplayError('UNREACHABLE', 'the login was refused', {
    cause: 'no such identity: /k\nPermission denied',
    hint: 'tried: /k\nname another key',
  })
  expect(render(error, '')).toMatchInlineSnapshot(`
    "error: the login was refused
      why: no such identity: /k
           Permission denied
      do: tried: /k
          name another key"
  `)
})

test('what the message says already is not said again', () => {
  const error = new KplayError('ASSERTION', 'not true: 1 == 2', { cause: '1 == 2', place })
  expect(render(error, '- 1 == 2')).toMatchInlineSnapshot(`
    "error: not true: 1 == 2
      at site.yml:1:3
      1 | - 1 == 2
        |   ^"
  `)
})

test('of a long line the part around the place is shown', () => {
  const long = `{"a": "${'x'.repeat(300)}{{ oops", "b": "${'y'.repeat(300)}"}`
  const error = new KplayError('BAD_TEMPLATE', 'expected "}}"', {
    place: { ...place, column: long.indexOf('oops') + 1 },
  })
  expect(render(error, long)).toMatchInlineSnapshot(`
    "error: expected "}}"
      at site.yml:1:311
      1 | …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{{ oops", "b": "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
        |                                                                                                      ^"
  `)
  const end = new KplayError('BAD_TEMPLATE', 'it never ends', { place: { ...place, column: long.length + 1 } })
  expect(render(end, long)).toMatchInlineSnapshot(`
    "error: it never ends
      at site.yml:1:626
      1 | …yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"}
        |                                                                                                                                                                  ^"
  `)
})
