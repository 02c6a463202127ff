import { expect, test } from 'vitest'
import { commandFailure } from '../../engine/modules/_run-command.ts'
import type { Ran } from '../../engine/module/define.ts'

test.each([
  [0, undefined],
  [1, 'non-zero exit code 1'],
  [127, 'exit code 127: command not found'],
  [137, 'exit code 137: ended by KILL: by somebody, or for want of memory'],
  [143, 'exit code 143: ended by TERM'],
  [255, 'non-zero exit code 255'],
])('exit code %i', (code, told) => {
  expect(commandFailure([{ code } as Ran])).toBe(told)
})
