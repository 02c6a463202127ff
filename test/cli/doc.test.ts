import { expect, test } from 'vitest'
import { showDoc } from '../../engine/cli/doc-action.ts'

test('all modules are listed for people: a line each, no table', () => {
  const text = showDoc()
  expect(text).toMatch(/^apt {2,}Manages Debian packages/m)
  expect(text).toMatch(/\nwait_for {2,}\S/)
  expect(text).not.toContain('|')
  expect(text).toMatch(/arguments and examples\.\n$/)
})
