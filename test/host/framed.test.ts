import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FramedShell } from '../../engine/host/framed.ts'
import { connectLocal } from '../../engine/host/local.ts'
import { runStep } from '../../engine/host/execute.ts'
import { quote, sh, userScript } from '../../engine/host/shell.ts'
import { ShellLost } from '../../engine/host/wire.ts'
import { localSession, temporaryFolder } from '../support/local-session.ts'
import { folder, openShell, shells } from './support/shells.ts'

test('to tidy up costs no process for each step', async () => {
  const tools = temporaryFolder()
  const log = join(tools, 'log')
  for (const tool of ['rm', 'wc', 'cat'])
    writeFileSync(join(tools, tool), `#!/bin/sh\necho ${tool} >>${log}\nexec /bin/${tool} "$@"\n`, { mode: 0o755 })
  const framed = await openShell(`PATH=${tools}:$PATH exec sh`)
  for (let count = 0; count < 16; count += 1) await framed.step(userScript(count === 3 ? 'echo out' : ':'))
  await framed.probe(userScript(':'))
  expect(readFileSync(log, 'utf8')).toBe('wc\ncat\nrm\n')
  await framed.close()
})

describe.each(shells)('a framed %s', (_name, _program, commandLine) => {
  let framed: FramedShell
  const temp = () => readdirSync(folder).filter((name) => name.startsWith('.kplay-'))
  beforeEach(async () => {
    framed = await openShell(commandLine)
  })
  afterEach(() => framed.close())

  const ask = async (text: string) => (await framed.probe(userScript(text))).stdout.toString()

  test('says who it is', () => {
    expect(framed).toMatchObject({ uid: process.getuid?.(), home: process.env.HOME })
  })

  test('keeps answers apart, also of scripts that exit, are no shell at all or read stdin', async () => {
    const scripts = ['echo 1', 'exit 3', 'if then', 'cat; echo 4', 'printf "\\n"', 'exec echo 6', 'set -e; false; echo']
    const answers = await Promise.all(scripts.map((text) => framed.probe(userScript(text))))
    expect(answers.map(({ stdout }) => stdout.toString())).toEqual(['1\n', '', '', '4\n', '\n', '6\n', ''])
    expect(answers.map(({ code }) => code === 0)).toEqual([true, false, false, true, true, true, false])
    expect(answers[1]?.code).toBe(3)
    expect(answers[2]?.stderr.toString()).toMatch(/syntax|unexpected/i)
  })

  test('asks in the C locale with umask 022, and acts with what the login has', async () => {
    const script = 'echo "$LC_ALL $KPLAY_TEST $(umask)"; case $PATH in *sbin*) echo sbin ;; esac'
    expect(await ask(script)).toMatch(/^C login 0*22\nsbin\n$/)
    const { stdout } = await framed.step(userScript(`${script}; env | grep -i -e kplay_ -e ^LC_ | grep -v KPLAY_TEST`))
    expect(stdout).toMatch(/^C.UTF-8 login \d+\nsbin\nLC_ALL=C.UTF-8\n$/)
  })

  test('a quick step has the environment of any other, and neither folder nor files', async () => {
    const quick = (text: string, options = {}) => framed.step(userScript(text), { quick: true, ...options })
    const script = 'echo "$LC_ALL $KPLAY_TEST $(umask) $# $A"; env | grep -i -e kplay_ -e ^LC_ | grep -v KPLAY_TEST'
    const { stdout } = await quick(script, { environment: { A: "it's" } })
    expect(stdout).toMatch(/^C.UTF-8 login \d+ 0 it's\nLC_ALL=C.UTF-8\n$/)
    expect(
      await quick('cat; trap "echo gone" 0; cd /; umask 7; set -C; kplay_end() { :; }; echo no >&2; exit 3'),
    ).toEqual({ code: 3, signal: null, stdout: 'gone\n', stderr: 'no\n', elapsed: expect.any(Number) as number })
    expect((await quick('if then')).code).not.toBe(0)
    expect(await quick('echo "$A$(pwd)"; case $- in *C*) echo C ;; esac')).toMatchObject({
      stdout: `${framed.startsIn}\n`,
    })
    expect(await quick('set -- $(echo a/b c); echo "$#"', { environment: { IFS: '/' } })).toMatchObject({
      stdout: '2\n',
    })
    expect([framed.folder, temp()]).toEqual([undefined, []])
    // What may take its time, or wants more, is a step like any other.
    expect(await quick('cat; pwd', { stdin: 'in ', chdir: '/', timeout: 5 })).toMatchObject({ stdout: 'in /\n' })
    expect(framed.folder).toBeDefined()
  })

  test('quick steps that end in time are not given up for one that was under way', async () => {
    const quick = (text: string) => framed.step(userScript(text), { quick: true })
    const first = quick('sleep 0.2')
    await sleep(100)
    framed.abort()
    await first
    for (const began = performance.now(); performance.now() - began < 2500;) await quick('sleep 0.05')
    expect(framed.alive).toBe(true)
  })

  test('what is asked once a quick step is on its way sees what it leaves; a step waits for it', async () => {
    const file = join(temporaryFolder(), 'file')
    const said: string[] = []
    const note = async (name: string, answer: Promise<{ readonly stdout: string | Buffer }>): Promise<void> =>
      void said.push(`${name} ${(await answer).stdout.toString()}`.trim())
    const look = userScript(`cat ${file}`)
    const over: Promise<void>[] = []
    const sent = (): void => {
      said.push('sent')
      over.push(note('asked', framed.probe(look)))
      over.push(note('other', framed.step(userScript(`cat ${file}; echo two >${file}`), { quick: true })))
      over.push(note('behind', framed.probe(look)))
    }
    await note('step', framed.step(userScript(`sleep 0.2; echo one >${file}`), { quick: true, sent }))
    await Promise.all(over)
    // Answers may come in one piece; what they say tells in which order they were given.
    expect(said[0]).toBe('sent')
    expect(said.toSorted()).toEqual(['asked one', 'behind two', 'other one', 'sent', 'step'])
    const never = (): void => expect.fail('it listens for a word')
    await framed.step(userScript('true'), { sent: never })
    await framed.step(userScript('true'), { quick: true, stdin: 'in', sent: never })
  })

  test('copies that are kept have names of their own', async () => {
    const path = join(temporaryFolder(), 'file')
    const session = { ...localSession(), step: framed.step.bind(framed) }
    const kept = []
    for (const content of ['one', 'two', 'three'])
      kept.push((await runStep(session, { kind: 'write', path, content, backup: true })).backup ?? '')
    expect(kept.map((name) => name && readFileSync(name, 'utf8'))).toEqual(['', 'one', 'two'])
  })

  test('a quick step that does not end is given up once the run is to end', async () => {
    const over = framed.step(userScript('exec sleep 20'), { quick: true })
    const ended = expect(over).rejects.toBeInstanceOf(ShellLost)
    await sleep(100)
    const began = performance.now()
    framed.abort()
    await ended
    expect(performance.now() - began).toBeGreaterThan(1500)
    expect(framed.alive).toBe(false)
  })

  test('takes no step apart in another way, whatever its environment says', async () => {
    const text = 'set -- $(echo a/b c); echo "$#"; echo "a b" | { read -r one two; echo "$two"; }'
    expect(await framed.step(userScript(text), { environment: { IFS: '/' } })).toMatchObject({ stdout: '2\nb\n' })
  })

  test('says how a step ended and what it said', async () => {
    const answer = await framed.step(userScript('echo out; echo err >&2; exit 7'))
    expect(answer).toMatchObject({ code: 7, stdout: 'out\n', stderr: 'err\n', timedOut: false })
    expect(answer.dropped).toBeUndefined()
    expect(await framed.step(userScript('kill -9 $$'))).toMatchObject({ code: 137 })
    expect(await framed.step(userScript('cat'))).toMatchObject({ code: 0, stdout: '' })
    expect((await framed.step(userScript('no-such-program'))).stderr).toMatch(/not found/)
  })

  test('gives a step its folder, environment and stdin', async () => {
    const environment = { A: `it's "$HOME" \\ \n; exit 9`, B: '' }
    const stdin = `a\0b\\c\\\\n%s'"\n\nü€\x01\x7f`
    const { stdout } = await framed.step(userScript('pwd; printf "%s|" "$A" "$B"; cat'), {
      chdir: '/',
      environment,
      stdin,
    })
    expect(stdout).toBe(`/\n${environment.A}||${stdin}`)
    expect(await framed.step(userScript('echo here'), { chdir: '/no/such' })).toMatchObject({ code: 1, stdout: '' })
  })

  test('runs a script of any size and takes as much stdin', async () => {
    const text = 'ä'.repeat(200_000)
    const { stdout } = await framed.step(userScript(`printf %s ${quote(text)} | wc -c; wc -c`), { stdin: text })
    expect(stdout.split('\n').map(Number)).toEqual([400_000, 400_000, 0])
  })

  test('keeps head and tail of what is too much', async () => {
    const script =
      'echo first; i=0; while [ $i -lt 70000 ]; do echo "$i ..........................................................."; i=$((i+1)); done; echo last'
    const { stdout, dropped } = await framed.step(userScript(script))
    expect(stdout.length).toBe(2 * 2 ** 20)
    expect(stdout.startsWith('first\n0 ...')).toBe(true)
    expect(stdout.endsWith('.\nlast\n')).toBe(true)
    expect(dropped?.stdout).toBeGreaterThan(2 ** 20)
    expect(dropped?.stderr).toBe(0)
  })

  test('refuses an answer over its limit and goes on', async () => {
    const much = framed.probe(userScript('while :; do echo yyyyyyyyyyy; i=$((i+1)); [ $i -lt 20000 ] || exit; done'), {
      limit: 1000,
    })
    const next = ask('echo next')
    await expect(much).rejects.toMatchObject({ code: 'CANNOT_LOOK' })
    expect(await next).toBe('next\n')
  })

  test('uploads go to a new file of mode 0600, whole', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * at) % 256))
    const path = join(folder, `upload ${Math.random()}`)
    const seen: number[] = []
    await framed.upload(
      path,
      Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]),
      bytes.length,
      (sent) => seen.push(sent),
    )
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(seen.at(-1)).toBe(bytes.length)
    await expect(framed.upload(path, bytes, bytes.length)).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
    await expect(framed.upload('/no/such/path', bytes, bytes.length)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    })
    await framed.upload(`${path} empty`, Buffer.alloc(0), 0)
    expect(statSync(`${path} empty`).size).toBe(0)
    expect(await ask('echo on')).toBe('on\n')
  })

  test('an upload that the disk does not take fails, and its rest is not taken for commands', async () => {
    const small = await FramedShell.open(await connectLocal().start(`ulimit -f 2000; ${commandLine}`), 10)
    const witness = join(folder, 'witness')
    const commands = Buffer.from(`touch ${quote(witness)}\n`.repeat(300_000))
    const path = join(folder, `full ${Math.random()}`)
    await expect(small.upload(path, commands, commands.length)).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
    expect(existsSync(witness)).toBe(false)
    expect(existsSync(path)).toBe(false)
    // Where bytes go through the shell's own stdin it had to end with them.
    if (!commandLine.includes('unshare')) await expect.poll(() => small.alive).toBe(false)
  })

  test('an upload whose source fails leaves nothing behind', async () => {
    const path = join(folder, `cut ${Math.random()}`)
    async function* source() {
      yield Buffer.alloc(1000)
      await sleep(10)
      throw new Error('the file shrank')
    }
    await expect(framed.upload(path, Readable.from(source()), 5000)).rejects.toThrow('shrank')
    await expect.poll(() => existsSync(path)).toBe(false)
  })

  test('keeps nothing of what a step said or was told, and few files', async () => {
    const secret = 'kept-secret'
    const held = () => readdirSync(join(folder, temp()[0]!))
    for (let count = 1; count <= 20; count += 1) {
      const long = count === 3 ? `: '${'x'.repeat(40_000)}'; ` : ''
      const script = `${long}cat; echo "$WORD"; echo "$WORD" >&2; exit ${count}`
      const answer = await framed.step(userScript(script), { stdin: secret, environment: { WORD: secret } })
      expect(answer).toMatchObject({ code: count, stdout: `${secret}${secret}\n`, stderr: `${secret}\n` })
      await framed.probe(userScript(':'))
      expect(held().map((name) => statSync(join(folder, temp()[0]!, name)).size)).toEqual(held().map(() => 0))
      if (count === 16) expect(held()).toEqual([])
    }
    expect(held().length).toBeGreaterThan(0)
  })

  test('hears nothing of what an earlier step left running', async () => {
    const fifo = join(folder, `fifo ${Math.random()}`)
    await framed.step(sh`mkfifo ${fifo}; (cat ${fifo}; cat ${fifo} >&2; echo) & echo first`)
    for (const word of ['', 'second\n']) {
      const answer = await framed.step(sh`printf late >${fifo}; sleep 0.1; printf %s ${word}`)
      expect(answer).toMatchObject({ code: 0, stdout: word, stderr: '' })
    }
  })

  test('goes on when a step removes its folder', async () => {
    await framed.step(userScript('true'))
    await expect(framed.step(sh`rm -rf -- ${join(folder, temp()[0]!)}`)).rejects.toThrow('temporary files')
    expect(await framed.step(userScript('echo on'))).toMatchObject({ code: 0, stdout: 'on\n', stderr: '' })
  })

  test('leaves no temporary folder behind, even when its streams are cut', async () => {
    await framed.step(userScript('true'))
    expect(temp()).toHaveLength(1)
    expect(statSync(join(folder, temp()[0]!)).mode & 0o777).toBe(0o700)
    await framed.close()
    await expect.poll(temp).toEqual([])
  })

  test('a killed shell is noticed', async () => {
    await expect(framed.probe(userScript('kill -9 $$'))).rejects.toBeInstanceOf(ShellLost)
    await expect(framed.probe(userScript('true'))).rejects.toMatchObject({ sent: false })
    for (const name of temp()) rmSync(join(folder, name), { recursive: true })
  })

  test('words and bytes come back as they went', async () => {
    const word = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replaceAll('\0', ''))
    const words = fc.sample(word, 150)
    const answers = await Promise.all(words.map((one) => framed.probe(sh`printf %s ${one}; printf %s ${one} >&2`)))
    answers.forEach(({ stdout, stderr }, at) => {
      expect(stdout.toString()).toBe(Buffer.from(words[at]!).toString())
      expect(stderr.equals(stdout)).toBe(true)
    })
    const bytes = fc.sample(fc.uint8Array({ maxLength: 400 }), 100).map((one) => Buffer.from(one))
    const octal = (one: Buffer) => [...one].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('')
    const echoed = await Promise.all(bytes.map((one) => framed.probe(sh`printf %b ${octal(one)}`)))
    echoed.forEach(({ stdout }, at) => expect(stdout.equals(bytes[at]!)).toBe(true))
  })
})
