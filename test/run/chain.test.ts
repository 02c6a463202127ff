import { expect, test } from 'vitest'
import { NO_KEYWORDS } from '../../engine/read/properties.ts'
import { selected } from '../../engine/run/chain.ts'

/** tags of the task, --tags, --skip-tags, whether it runs: as ansible-core's Taggable.evaluate_tags answers. */
const CASES: readonly (readonly [string, string, string, boolean])[] = [
  ['', '', '', true],
  ['a', '', '', true],
  ['never', '', '', false],
  ['always,never', '', '', true],
  ['a', 'a', '', true],
  ['a', 'b', '', false],
  ['', 'a', '', false],
  ['always', 'a', '', true],
  ['never,a', 'a', '', true],
  ['never', 'all', '', false],
  ['never', 'all,never', '', true],
  ['never,a', 'all,a', '', true],
  ['a', 'tagged', '', true],
  ['', 'tagged', '', false],
  ['never', 'tagged', '', false],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['a', '', 'a', false],
  ['always', '', 'always', false],
  ['a', '', 'all', false],
  ['always', '', 'all', true],
  ['always', '', 'all,always', false],
  ['a', '', 'tagged', false],
  ['', '', 'untagged', false],
]

test.each(CASES)('tags %j with --tags %j --skip-tags %j: %j', (tags, only, skip, runs) => {
  const words = (text: string): string[] => text.split(',').filter(Boolean)
  const chain = { keywords: [{ ...NO_KEYWORDS, tags: words(tags) }], roles: [] }
  expect(selected(chain, words(only), words(skip))).toBe(runs)
})
