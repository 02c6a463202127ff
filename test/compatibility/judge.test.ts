import { expect, test } from 'vitest'
import type { Call } from './call.ts'
import { mistakeOf, type Ending } from './judge.ts'
import { saidByAnsible } from './says.ts'

const output = `
PLAY [all] *****

TASK [debug] ***
ok: [one] => (item=1) => {
    "msg": "first"
}
ok: [two -> one] => {
    "what": [
        1,
        2
    ]
}

TASK [assert] ***
ok: [one] => {
    "changed": false,
    "msg": "All assertions passed"
}

TASK [debug] ***
ok: [one] => (item=a) => {
    "failed_when_result": false,
    "item": "a"
}
`

test('what debug printed is taken from the output of Ansible, and nothing else', () => {
  expect(saidByAnsible(output)).toEqual(['one: *', 'one: first', 'two: what: [1,2]'])
})

test('the same in YAML', () => {
  const yaml = `
ok: [one] =>
    msg: first
ok: [two] => (item=1) =>
    what:
    - 1

    - |-
        a

        b

TASK [assert] ***
ok: [one] =>
    changed: false
    msg: All assertions passed
`.replaceAll('=>\n', '=> \n')
  expect(saidByAnsible(yaml)).toEqual(['one: first', 'two: what: [1,"a\\n\\nb"]'])
})

const call = { command: 'ansible-playbook', words: [], exit: 0, output } as unknown as Call
const told = (type: string, host: string, message: string): object => ({
  type,
  task: { action: 'debug' },
  result: { host, status: 'ok', message },
})
const ending = (exit: number, ...events: readonly object[]): Ending => ({
  exit,
  output: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  errors: '',
})
const right = [
  told('item', 'one', 'first'),
  told('result', 'two', 'what: [\n  1,\n  2\n]'),
  told('item', 'one', 'something'),
]

test.each([
  ['the same is said', call, ending(0, ...right), undefined],
  ['less is said', call, ending(0, ...right.slice(1)), /^does not say \(1\): one: first$/],
  ['more is said', call, ending(0, ...right, told('result', 'two', 'more')), /^says instead \(1\): two: more$/],
  [
    'what Ansible itself says otherwise the next time is not compared',
    { ...call, again: output.replace('first', 'second') },
    ending(0, told('item', 'one', 'third'), ...right.slice(1)),
    undefined,
  ],
  [
    'but something must be said',
    { ...call, again: output.replace('first', 'second') },
    ending(0, ...right.slice(1)),
    /^does not say \(1\): one: \*$/,
  ],
  [
    'and what is the same the next time must be the same',
    { ...call, again: output.replace('first', 'second') },
    ending(0, right[0] as object, told('result', 'two', 'what: [2]'), right[2] as object),
    /^does not say \(1\): two: what: \[1,2\]/,
  ],
  ['it fails', call, ending(2, ...right), /./],
  ['it succeeds where Ansible fails', { ...call, exit: 2 }, ending(0, ...right), /^it succeeds/],
  ['it refuses before the first task', { ...call, exit: 2 }, ending(4), /^refused early/],
  [
    'a list is another',
    { ...call, command: 'ansible-inventory', words: ['--list'], output: '{"a": 1}' },
    ending(0),
    /^shows/,
  ],
])('%s', (_, asked, ended, mistake) => {
  const found = mistakeOf(asked, asked.exit, ended, false)
  if (mistake === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(mistake)
})

test.each([
  ['', '', undefined],
  ['text\n', 'text\n', undefined],
  ['text\n', '', 'shows something else: nothing instead of text'],
])('what Ansible says of itself above a file that it shows counts for nothing: %j', (theirs, ours, mistake) => {
  const banner =
    'ansible-vault [core 2.21.5]\n  config file = none\n  python version = 3.12.1\nUsing none as config file\n'
  const view = {
    command: 'ansible-vault',
    words: ['view', '-vvvvv'],
    exit: 1,
    output: banner + theirs,
  } as unknown as Call
  expect(mistakeOf(view, 1, { exit: 4, output: ours, errors: '' }, false)).toBe(mistake)
})
