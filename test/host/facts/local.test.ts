import { expect, it } from 'vitest'
import { localFacts } from '../../../engine/host/facts/local.ts'
import { source } from '../support/facts-source.ts'

it('reads local facts as data', () => {
  const section =
    'N+/etc/ansible/facts.d/a.fact\n{"x": [1, true]}\nN+/etc/ansible/facts.d/b.fact\n# c\n[General]\nKey = v=w\nN+/etc/ansible/facts.d/c.fact\nno sense' +
    '\nN+/etc/ansible/facts.d/d.fact\n[DEFAULT]\nbase = /srv\n[one]\nlog = %(base)s/log\nfull = 100%%' +
    '\nN+/etc/ansible/facts.d/e.fact\n[one]\na = 5 % of it\nN+/etc/ansible/facts.d/f.fact\n[one]\na = %(A)s'
  expect(localFacts(source({}, { local: section }), 'N').local).toEqual({
    a: { x: [1, true] },
    b: { General: { key: 'v=w' } },
    c: 'error loading facts as JSON or ini - please check content: /etc/ansible/facts.d/c.fact',
    d: { one: { base: '/srv', log: '/srv/log', full: '100%' } },
    e: 'error loading facts as ini - please check content: /etc/ansible/facts.d/e.fact',
    f: 'error loading facts as ini - please check content: /etc/ansible/facts.d/f.fact',
  })
})
