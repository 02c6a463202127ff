import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { FramedShell } from '../../engine/host/framed.ts'
import { sh, userScript } from '../../engine/host/shell.ts'
import { folder, openShell, shells } from './support/shells.ts'

const open: FramedShell[] = []
afterAll(() => Promise.all(open.map((framed) => framed.close())))

// What the order of things does not say, the test's own time limit does: on a busy machine a second may be long.
const seen = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 10_000 })

/** Tests that wait, side by side: each with a shell of its own. */
async function begin(commandLine: string) {
  const framed = await openShell(commandLine)
  open.push(framed)
  return { framed, ask: async (text: string) => (await framed.probe(userScript(text))).stdout.toString() }
}

describe.concurrent.each(shells)('in time, a framed %s', (_name, _program, commandLine) => {
  test('what a step leaves behind lives on and cannot speak later', async () => {
    const { framed, ask } = await begin(commandLine)
    const script = '(sleep 0.3; echo late; echo late >&2; sleep 30) & echo $!'
    const pid = Number((await framed.step(userScript(script), { timeout: 20 })).stdout)
    const answers = await Promise.all(['sleep 0.6; echo a', 'echo b'].map(ask))
    expect(answers).toEqual(['a\n', 'b\n'])
    expect((await framed.step(userScript('sleep 0.1; echo c'))).stdout).toBe('c\n')
    process.kill(pid, 'SIGKILL')
  })

  test('a step takes no less time than what it runs', async () => {
    const { framed } = await begin(commandLine)
    expect((await framed.step(userScript('sleep 0.4'))).elapsed).toBeGreaterThanOrEqual(400)
  })

  test('a step that takes too long is ended with all it started', async () => {
    const { framed, ask } = await begin(commandLine)
    const answer = await framed.step(userScript('echo began; sleep 71 & echo $!; sleep 72'), { timeout: 2 })
    expect(answer).toMatchObject({ timedOut: true })
    const [word, pid] = answer.stdout.split('\n')
    expect(word).toBe('began')
    const look = `kill -0 ${pid} 2>/dev/null && read -r a b c d </proc/${pid}/stat && [ "$c" != Z ] && echo alive`
    await seen(async () => expect(await ask(look)).toBe(''))
  })

  test('guards of steps that end at once are gone at once', async () => {
    const { framed, ask } = await begin(commandLine)
    const timeout = 100_000 + Math.floor(Math.random() * 100_000)
    for (let count = 0; count < 30; count++) await framed.step(userScript(':'), { timeout })
    const script = `cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\000" " " | grep -c "[s]leep ${timeout}" || :`
    await seen(async () => expect(await ask(script)).toBe('0\n'))
  })

  test('a step that ignores TERM is killed', async () => {
    const { framed } = await begin(commandLine)
    const answer = await framed.step(userScript('trap "" TERM; while :; do sleep 1; done'), { timeout: 2 })
    expect(answer).toMatchObject({ timedOut: true, code: 137 })
  })

  test('a probe with a timeout is ended on the host; others go on', async () => {
    const { framed, ask } = await begin(commandLine)
    const mark = String(1000 + Math.floor(Math.random() * 9000))
    const slow = framed.probe(userScript(`sleep 73.${mark}`), { timeout: 2 })
    const quick = framed.probe(userScript('echo quick'), { timeout: 15 })
    await expect(slow).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect((await quick).stdout.toString()).toBe('quick\n')
    const large = framed.probe(userScript(`: ${'x'.repeat(40_000)}; sleep 75.${mark}`), { timeout: 2 })
    await expect(large).rejects.toMatchObject({ code: 'TIMEOUT' })
    const { stderr } = await framed.probe(userScript('exit 3'), { timeout: 9 })
    expect(stderr.toString()).toBe('')
    const look = `cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\000" " " | grep -c "sleep 7[35].${mark}" || :`
    await seen(async () => expect(await ask(look)).toBe('0\n'))
  })

  test('abort ends the running step', async () => {
    const { framed, ask } = await begin(commandLine)
    const began = join(folder, `began ${Math.random()}`)
    const step = framed.step(sh`echo began; : >${began}; sleep 74`)
    await seen(() => expect(existsSync(began)).toBe(true))
    framed.abort()
    expect(await step).toMatchObject({ stdout: 'began\n', code: 143 })
    expect(await ask('echo on')).toBe('on\n')
  })
})
