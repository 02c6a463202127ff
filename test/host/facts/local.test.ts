import { expect, it } from 'vitest'
import { localFacts } from '../../../engine/host/facts/local.ts'
import { source } from '../support/facts-source.ts'

it('reads local facts as data', () => {
  const section =
    'N+/etc/ansible/facts.d/a.fact\n{"x": [1, true]}\nN+/etc/ansible/facts.d/b.fact\n# c\n[General]\nKey = v=w\nN+/etc/ansible/facts.d/c.fact\nno sense'
  expect(localFacts(source({}, { local: section }), 'N').local).toEqual({
    a: { x: [1, true] },
    b: { General: { key: 'v=w' } },
    c: expect.stringContaining('error loading facts') as string,
  })
})
