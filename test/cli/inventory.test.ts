import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-inventory-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(
  join(folder, 'hosts.ini'),
  'lone\n[web]\nw1 n=1\nw2 f=1.0\n[top:children]\nweb\nempty\n[empty]\n[web:vars]\nt={{ n }}\nansible_group_priority=5\n',
)
writeFileSync(join(folder, 'kplay.yml'), 'inventory: hosts.ini\n')
mkdirSync(join(folder, 'group_vars'))
writeFileSync(join(folder, 'group_vars/all'), 'everywhere: [yes, "0644"]\n')
const inventory = (...words: readonly string[]) => commandLine(['inventory', ...words], { folder })

test('--list: what each host has in the end', async () => {
  const { exit, stdout } = await inventory('--list')
  expect(exit).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    _meta: {
      profile: 'inventory_legacy',
      hostvars: {
        lone: { everywhere: [true, '0644'] },
        w1: { everywhere: [true, '0644'], n: 1, t: '{{ n }}' },
        w2: { everywhere: [true, '0644'], f: 1, t: '{{ n }}' },
      },
    },
    all: { children: ['ungrouped', 'top'] },
    top: { children: ['web', 'empty'] },
    ungrouped: { hosts: ['lone'] },
    web: { hosts: ['w1', 'w2'] },
  })
  expect(stdout).toContain('"f": 1.0')
})

test('--export: each variable where it is defined; -l: only some hosts', async () => {
  const { stdout } = await inventory('--list', '--export', '-l', 'w1')
  expect(JSON.parse(stdout)).toMatchObject({
    _meta: { hostvars: { w1: { n: 1 } } },
    all: { vars: { everywhere: [true, '0644'] } },
    web: { hosts: ['w1'], vars: { t: '{{ n }}', ansible_group_priority: 5 } },
  })
  expect(stdout).not.toContain('w2')
})

test('YAML, into a file', async () => {
  const { stdout } = await inventory('--list', '-y', '--output', 'out.yml', '-l', 'web')
  expect(stdout).toBe('')
  expect(readFileSync(join(folder, 'out.yml'), 'utf8')).toMatchInlineSnapshot(`
    "all:
      children:
        top:
          children:
            web:
              hosts:
                w1:
                  everywhere:
                  - true
                  - '0644'
                  n: 1
                  t: '{{ n }}'
                w2:
                  everywhere:
                  - true
                  - '0644'
                  f: 1.0
                  t: '{{ n }}'
    "
  `)
})

test('--host: variables of one host, also of the controller, and of -e', async () => {
  expect(JSON.parse((await inventory('--host', 'w1', '-e', 'more=x')).stdout)).toEqual({
    everywhere: [true, '0644'],
    more: 'x',
    n: 1,
    t: '{{ n }}',
  })
  expect(JSON.parse((await inventory('--host', 'localhost')).stdout)).toMatchObject({ ansible_connection: 'local' })
})

test('--graph', async () => {
  expect((await inventory('--graph', 'top', '--vars')).stdout).toMatchInlineSnapshot(`
    "@top:
      |--@web:
      |  |--w1
      |  |  |--{everywhere = [True, '0644']}
      |  |  |--{n = 1}
      |  |  |--{t = {{ n }}}
      |  |--w2
      |  |  |--{everywhere = [True, '0644']}
      |  |  |--{f = 1.0}
      |  |  |--{t = {{ n }}}
      |  |--{ansible_group_priority = 5}
      |  |--{t = {{ n }}}
      |--@empty:
    "
  `)
  expect((await inventory('--graph', 'web', '--places')).stdout).toMatchInlineSnapshot(`
    "@web:  (hosts.ini:2)
      |--w1  (hosts.ini:3)
      |--w2  (hosts.ini:4)
    "
  `)
})

test.each([
  [[], 'one of --list, --host and --graph is needed'],
  [['--list', '--graph'], 'one of --list, --host and --graph is needed'],
  [['web', '--list'], 'only --graph begins with a group'],
  [['--graph', 'wbe'], 'did you mean web?'],
  [['--host', 'web'], '--host web means 2 hosts, not one'],
  [['--host', 'w11'], 'did you mean w1?'],
  [['--list', '-l', 'wen'], 'did you mean web?'],
  [['--list', '--output', 'none/out'], 'cannot write'],
  [['--list', '-i', 'none.ini'], 'there is no inventory'],
])('%j', async (words, told) => {
  const { exit, stderr } = await inventory(...words)
  expect(stderr).toContain(told)
  expect(exit).toBe(4)
})
