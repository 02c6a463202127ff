import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { outliveReader } from '../../engine/cli/outlive-reader.ts'

test('a run goes on when nobody reads its output any more; other errors are told', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  const stream = new EventEmitter()
  outliveReader(stream)
  stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  expect(exit).not.toHaveBeenCalled()
  expect(() => stream.emit('error', new Error('no space left'))).toThrow('no space left')
  exit.mockRestore()
})
