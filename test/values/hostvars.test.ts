import { expect, test } from 'vitest'
import { Template } from '../../engine/value.ts'
import { explainCondition } from '../../engine/values/condition.ts'
import { Scope } from '../../engine/values/scope.ts'
import { evaluateText } from '../../engine/values/template.ts'

const names = ['a', 'b']
const own = (name: string): Scope =>
  new Scope([{ name: 'inventory', vars: new Map([['id', { value: name === 'a' ? 1 : 2 }]]) }], {
    values: new Map([['inventory_hostname', { value: name }]]),
    hostvars: { names: () => names, scope: own },
  })
const scope = own('a')

test('hosts with all their variables can be printed, though each knows the others', () => {
  const all = "{'a': {'id': 1, 'inventory_hostname': 'a'}, 'b': {'id': 2, 'inventory_hostname': 'b'}}"
  expect(evaluateText(new Template('{{ hostvars }}.'), scope)).toBe(`${all}.`)
})

test('a condition about them can be explained', () => {
  expect(explainCondition(new Template('hostvars | length == 3', undefined, { expression: true }), scope)).toContain(
    'hostvars = {',
  )
})
