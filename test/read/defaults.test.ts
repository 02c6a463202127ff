import { expect, test } from 'vitest'
import { withDefaults, type PlayDefaults } from '../../engine/read/defaults.ts'
import type { Play } from '../../engine/model.ts'
import { readPlaybook } from '../../engine/read/playbook.ts'
import { memoryFiles } from './memory-files.ts'

function playOf(lines: string, defaults: PlayDefaults): Play {
  const files = memoryFiles({ '/site.yml': `- hosts: all\n${lines}` })
  const playbook = readPlaybook('/site.yml', files, { rolesPaths: [], freeForm: new Set() })
  const [play] = withDefaults(playbook, defaults).plays
  return play ?? expect.fail('there is a play')
}

test.each<[PlayDefaults['gathering'], string, unknown]>([
  ['implicit', '', true],
  ['implicit', '  gather_facts: false', false],
  ['explicit', '', false],
  ['explicit', '  gather_facts: true', true],
  ['smart', '', undefined],
  ['smart', '  gather_facts: true', undefined],
  ['smart', '  gather_facts: false', false],
])('gathering %s, play %j', (gathering, lines, expected) => {
  expect(playOf(lines, { gathering }).gatherFacts?.value).toBe(expected)
})

test('what a play says itself counts more', () => {
  const defaults = { anyErrorsFatal: true, noLog: true, timeout: 5, strategy: 'free' }
  const silent = playOf('', defaults)
  expect(silent).toMatchObject({
    strategy: { value: 'free' },
    keywords: { anyErrorsFatal: { value: true }, noLog: { value: true }, timeout: { value: 5 } },
  })
  const speaking = playOf('  no_log: false\n  strategy: linear\n  become: true\n', defaults)
  expect(speaking).toMatchObject({
    strategy: { value: 'linear' },
    keywords: { anyErrorsFatal: { value: true }, noLog: { value: false }, become: { value: true } },
  })
})
