import { describe, expect, it, vi } from 'vitest'
import { Asker, FRESH } from '../../engine/host/asker.ts'
import { ALONE, cannotLook, type Question } from '../../engine/host/questions/question.ts'
import { sh } from '../../engine/host/shell.ts'
import { localSession } from '../support/local-session.ts'

const echo: Question<string, string> = {
  name: 'echo',
  script: (words) => sh`for word in ${words}; do echo "<$word>"; done`,
  read: ({ stdout }, words) =>
    words.map((word) => (stdout.toString().includes(`<${word}>`) ? word : cannotLook(word, '?'))),
}
const scripts = (frame: string | undefined) => frame?.split('for word in').length ?? 0

describe('asking', () => {
  it('puts what is asked in one turn into one frame, and one kind into one script', async () => {
    const session = localSession()
    const asker = new Asker(session)
    const other = { ...echo, name: 'other' }
    const later = Promise.resolve().then(() => asker.ask(echo, 'c'))
    const answers = await Promise.all([asker.ask(echo, 'a'), asker.ask(other, 'b'), later, asker.ask(echo, 'a')])
    expect(answers).toEqual(['a', 'b', 'c', 'a'])
    expect(session.frames).toHaveLength(1)
    expect(scripts(session.frames[0])).toBe(3)
  })

  it('remembers until it is told to forget', async () => {
    const session = localSession()
    const asker = new Asker(session)
    expect(asker.ask(echo, 'a')).toBe(asker.ask(echo, 'a'))
    await asker.ask(echo, 'a')
    await asker.ask(echo, 'a')
    expect(session.frames).toHaveLength(1)
    const onItsWay = asker.ask(echo, 'b')
    asker.forget()
    expect(await Promise.all([onItsWay, asker.ask(echo, 'b')])).toEqual(['b', 'b'])
    expect(session.frames).toHaveLength(2)
  })

  it('remembers neither failures nor what changes by itself', async () => {
    const session = localSession()
    const asker = new Asker(session)
    const failing = { ...echo, name: 'failing', read: () => [cannotLook('it', 'broken')] }
    await expect(asker.ask(failing, 'a')).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
    await expect(asker.ask(failing, 'a')).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
    const fleeting = { ...echo, name: 'fleeting', fleeting: true }
    await asker.ask(fleeting, 'a')
    await asker.ask(fleeting, 'a')
    expect(session.frames).toHaveLength(4)
  })

  it('keeps what lasts as long as the session, unless it failed', async () => {
    const session = localSession()
    const asker = new Asker(session)
    let tries = 0
    const lasting: Question<string, string> = {
      ...echo,
      name: 'lasting',
      lasting: (word) => word === 'a',
      read: (section, words, ...rest) =>
        (tries += 1) === 1 ? [cannotLook('it', 'broken')] : echo.read(section, words, ...rest),
    }
    const failing = asker.ask(lasting, 'a')
    asker.forget()
    await expect(failing).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
    await Promise.all([asker.ask(lasting, 'a'), asker.ask(lasting, 'b')])
    asker.forget()
    asker.forgetBefore(Infinity)
    await asker.ask(lasting, 'a')
    expect(session.frames).toHaveLength(2)
    await asker.ask(lasting, 'b')
    expect(session.frames).toHaveLength(3)
  })

  it('keeps an answer to a brief question for a moment', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const session = localSession()
      const asker = new Asker(session)
      const brief = { ...echo, name: 'brief', brief: true }
      await asker.ask(brief, 'a', true)
      vi.advanceTimersByTime(FRESH)
      await asker.ask(brief, 'a')
      expect(session.frames).toHaveLength(1)
      vi.advanceTimersByTime(1)
      await asker.ask(brief, 'a')
      expect(session.frames).toHaveLength(2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('forgets what was asked before a time, and knows how old the answer was that somebody needed last', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const session = localSession()
      const asker = new Asker(session)
      await asker.ask(echo, 'old')
      vi.advanceTimersByTime(10)
      const asked = [asker.ask(echo, 'new')]
      vi.advanceTimersByTime(10)
      // In one frame with the one before it, whenever it came.
      asked.push(asker.ask(echo, 'newer', true))
      await Promise.all(asked)
      vi.advanceTimersByTime(10)
      await asker.ask(echo, 'newer', true)
      await asker.ask(echo, 'new')
      asker.forgetBefore(asker.usedAt)
      expect(session.frames).toHaveLength(2)
      await Promise.all(['new', 'newer'].map((word) => asker.ask(echo, word)))
      expect(session.frames).toHaveLength(2)
      await asker.ask(echo, 'old')
      expect(session.frames).toHaveLength(3)
    } finally {
      vi.useRealTimers()
    }
  })

  it('asks again, one by one, where one answer hides another', async () => {
    const session = localSession()
    const asker = new Asker(session)
    const shy: Question<string, string> = {
      ...echo,
      name: 'shy',
      read: (_, words, __, alone) => (alone ? [...words] : words.map(() => ALONE)),
    }
    expect(await Promise.all(['a', 'b'].map((word) => asker.ask(shy, word)))).toEqual(['a', 'b'])
    expect(session.frames.map(scripts)).toEqual([2, 3])
    const mute: Question<string, string> = { ...echo, name: 'mute', read: (_, words) => words.map(() => ALONE) }
    await expect(asker.ask(mute, 'a')).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
  })

  it('splits what no argument list would hold', async () => {
    const session = localSession()
    const asker = new Asker(session)
    const words = Array.from({ length: 1200 }, (_, index) => `${index}-${'x'.repeat(500)}`)
    expect(await Promise.all(words.map((word) => asker.ask(echo, word)))).toEqual(words)
    expect(session.frames.length).toBeGreaterThan(1)
    expect(Math.max(...session.frames.map(({ length }) => length))).toBeLessThan(400_000)
  })

  it('tells everybody in a frame what became of it', async () => {
    const lost = new Error('lost')
    const asker = new Asker({ ...localSession(), probe: () => Promise.reject(lost) })
    const asked = [asker.ask(echo, 'a'), asker.ask({ ...echo, name: 'other' }, 'b')]
    expect(await Promise.allSettled(asked)).toEqual(asked.map(() => ({ status: 'rejected', reason: lost })))
    const broken = new Asker({
      ...localSession(),
      probe: async () => ({ code: 143, stdout: Buffer.from('half'), stderr: Buffer.from('Terminated') }),
    })
    await expect(broken.ask(echo, 'a')).rejects.toMatchObject({ code: 'CANNOT_LOOK', message: /Terminated/ })
  })
})
