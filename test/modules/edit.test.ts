import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editBlock } from '../../engine/modules/_block.ts'
import { editLines, type LineArgs } from '../../engine/modules/_lines.ts'
import { pattern } from '../../engine/modules/_pattern.ts'

const line = fc.constantFrom('a', 'b', 'x=1', 'x=2', '', '# BEGIN m', '# END m', 'é')
const text = fc
  .tuple(fc.array(line), fc.boolean())
  .map(([lines, ended]) => lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''))
const place = fc.option(fc.constantFrom('^a', 'x', 'EOF'), { nil: undefined })
const before = fc.option(fc.constantFrom('^b', 'BOF'), { nil: undefined })

test('a second edit of a line finds nothing to do', () => {
  const args = fc.record<LineArgs>({
    line: line.filter((one) => one !== ''),
    regexp: fc.constantFrom(undefined, '^x=', '^none'),
    search_string: fc.constant(undefined),
    state: fc.constantFrom('present' as const, 'absent' as const),
    insertafter: place,
    insertbefore: before,
    backrefs: fc.constant(false),
    firstmatch: fc.boolean(),
  })
  fc.assert(
    fc.property(text, args, (now, given) => {
      // A pattern that does not find the new line finds its other lines again: that is the author's wish.
      fc.pre(
        given.regexp === undefined ||
          given.line === undefined ||
          pattern(given.regexp).test(given.line) ||
          !now.split('\n').some((one) => pattern(given.regexp ?? '').test(one)),
      )
      const once = editLines(now, given)
      expect(editLines(once, given)).toBe(once)
      if (given.state === 'present') expect(once.split('\n')).toContain(given.line)
    }),
  )
})

test('a second edit of a block finds nothing to do, and taking it away gives back the lines around it', () => {
  const args = fc.record({
    block: fc.constantFrom('p', 'p\nq\n', 'é'),
    marker: fc.constant('# {mark} m'),
    marker_begin: fc.constant('BEGIN'),
    marker_end: fc.constant('END'),
    insertafter: place,
    insertbefore: before,
    append_newline: fc.boolean(),
    prepend_newline: fc.boolean(),
  })
  fc.assert(
    fc.property(text, args, (now, given) => {
      const plain = now
        .split('\n')
        .filter((one) => !one.startsWith('#'))
        .join('\n')
      const once = editBlock(plain, { ...given, state: 'present' })
      expect(editBlock(once, { ...given, state: 'present' })).toBe(once)
      const gone = editBlock(once, { ...given, state: 'absent' })
      const lines = (all: string): string[] => all.split('\n').filter((one) => one !== '')
      expect(lines(gone)).toEqual(lines(plain))
    }),
  )
})
