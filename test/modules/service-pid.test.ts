import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { serviceFields, type ServiceArgs } from '../../engine/modules/_service-args.ts'
import { startByPid, stopByPid } from '../../engine/modules/_service-pid.ts'
import { parseArgs } from '../../engine/schema/parse.ts'

const SHELLS = [['/bin/dash'], ['/bin/bash', '--norc'], ['/bin/busybox', 'ash']].filter(
  ([program = '']) => process.platform === 'linux' && existsSync(program),
)
const top = mkdtempSync(join(tmpdir(), 'kplay pid '))
afterAll(() => rmSync(top, { recursive: true }))

function argsOf(folder: string, input: object): ServiceArgs {
  const parsed = parseArgs(serviceFields, {
    name: 'agent',
    pidfile: `${folder}/run/it's.pid`,
    log: `${folder}/log/agent.log`,
    ...input,
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  return parsed.value
}

/** As a step runs: in a session of its own, its output in files. */
const run = async (shell: readonly string[], text: string): Promise<{ code: number; stderr: string }> => {
  const [program = '', ...options] = shell
  const ran = promisify(execFile)('setsid', [program, ...options, '-c', text])
  return ran.then(
    ({ stderr }) => ({ code: 0, stderr }),
    (error: { code: number; stderr: string }) => ({ code: error.code, stderr: error.stderr }),
  )
}
const pidOf = (args: ServiceArgs): readonly number[] =>
  readFileSync(args.pidfile ?? '', 'utf8')
    .trim()
    .split(' ')
    .map(Number)
const alive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

describe.skipIf(process.platform !== 'linux').each(SHELLS.map((shell) => [shell.join(' '), shell]))(
  '%s',
  { concurrent: true },
  (_, shell) => {
    test('starts a program in a session of its own, and stops it', async () => {
      const folder = mkdtempSync(join(top, '1 '))
      writeFileSync(
        `${folder}/my agent`,
        '#!/bin/sh\necho "got $1 in $PWD"\ntrap "echo bye; exit 0" TERM\nwhile :; do sleep 0.1; done\n',
      )
      const args = argsOf(folder, { command: `sh '${folder}/my agent' 'a $(b)'`, chdir: folder })
      expect(await run(shell, startByPid(args).command.text)).toEqual({ code: 0, stderr: '' })

      const [pid = 0, started = 0] = pidOf(args)
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ')
      expect(Number(stat[19]), 'the time it started').toBe(started)
      expect(stat[3], 'a session of its own').toBe(String(pid))
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]).toBe('sh')

      const stopped = await run(shell, stopByPid(args, { running: true, pid, started }).command.text)
      expect(stopped).toEqual({ code: 0, stderr: '' })
      expect(alive(pid)).toBe(false)
      expect(existsSync(args.pidfile ?? '')).toBe(false)
      expect(readFileSync(args.log ?? '', 'utf8')).toContain(`got a $(b) in ${folder}\nbye\n`)
    })

    test('does not stop another process that has the pid now', async () => {
      const folder = mkdtempSync(join(top, '2 '))
      const args = argsOf(folder, { command: 'sleep 60' })
      await run(shell, startByPid(args).command.text)
      const [pid = 0, started = 0] = pidOf(args)
      await run(shell, stopByPid(args, { running: true, pid, started: started + 1 }).command.text)
      expect(alive(pid)).toBe(true)
      process.kill(pid)
    })

    test.skipIf(shell !== SHELLS[0])('says so when it does not end, or ends it', async () => {
      const folder = mkdtempSync(join(top, '3 '))
      const args = argsOf(folder, { command: `sh -c 'trap "" TERM; while :; do sleep 1; done'`, stop_timeout: 1 })
      await run(shell, startByPid(args).command.text)
      const [pid = 0, started = 0] = pidOf(args)
      const state = { running: true, pid, started }
      const late = await run(shell, stopByPid(args, state).command.text)
      expect(late).toEqual({ code: 1, stderr: `still running 1 s after TERM (pid ${pid})\n` })
      expect(alive(pid)).toBe(true)
      expect((await run(shell, stopByPid({ ...args, kill: true }, state).command.text)).code).toBe(0)
      expect(alive(pid)).toBe(false)
    })

    test('says so when it cannot even begin', async () => {
      const folder = mkdtempSync(join(top, '4 '))
      const args = argsOf(folder, { command: 'sleep 1', chdir: `${folder}/nowhere` })
      const { code, stderr } = await run(shell, startByPid(args).command.text)
      expect(code).toBe(1)
      expect(stderr).toContain('it did not start: see ')
      expect(existsSync(args.pidfile ?? '')).toBe(false)
    })
  },
)

test.skipIf(process.getuid?.() !== 0)('runs it as somebody else', async () => {
  const folder = mkdtempSync(join(top, 'user '))
  const args = argsOf(folder, { command: 'sleep 60', user: 'nobody' })
  await run(['/bin/sh'], startByPid(args).command.text)
  const [pid = 0, started = 0] = pidOf(args)
  expect(execFileSync('stat', ['-c', '%U', `/proc/${pid}`]).toString()).toBe('nobody\n')
  await run(['/bin/sh'], stopByPid(args, { running: true, pid, started }).command.text)
  expect(alive(pid)).toBe(false)
})
