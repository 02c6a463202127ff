import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { KplayError } from '../../engine/errors.ts'
import { startAs } from '../../engine/host/become.ts'
import { FramedShell } from '../../engine/host/framed.ts'
import { connectLocal } from '../../engine/host/local.ts'
import { userScript } from '../../engine/host/shell.ts'
import type { Become } from '../../engine/host/target.ts'
import { loginEnvironment } from './support/shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'kplay-become-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
/** A stand-in for sudo or su: `$prompt` is what it was told to ask with; `run` starts what it was told to start. */
function program(script: string): string {
  const path = join(folder, `program-${(count += 1)}`)
  const text = `#!/bin/sh
prompt='Password: '
while [ $# -gt 0 ]; do
  case $1 in
    -p) prompt=$2; shift ;;
    --) shift; break ;;
    -c) set -- /bin/sh "$@"; break ;;
  esac
  shift
done
run() { exec "$@"; }
${script}
`
  writeFileSync(path, text, { mode: 0o755 })
  return path
}
const become = (script: string, more: Partial<Become> = {}): Become => ({
  method: 'sudo',
  user: 'other',
  flags: [],
  program: program(script),
  ...more,
})
const start = (wanted: Become) => startAs(connectLocal(loginEnvironment), wanted)
const failure = (wanted: Become): Promise<KplayError> =>
  start(wanted).then(
    () => expect.fail('it should have failed'),
    (error: KplayError) => error,
  )

describe.each(['sudo', 'su'] as const)('%s', (method) => {
  test.each([
    ['asks nothing', 'run "$@"', undefined],
    ['asks nothing, though there is a password', 'run "$@"', 'sécret'],
    ['asks', 'printf %s "$prompt" >&2; read -r it; [ "$it" = \'sécret $x\\\' ] && run "$@"; exit 1', 'sécret $x\\'],
    ['lectures, then asks', 'echo "We trust you." >&2; printf %s "$prompt" >&2; read -r it; run "$@"', 'any'],
  ])('%s', async (_, script, password) => {
    const shell = await FramedShell.open(await start(become(script, { method, password })), 10)
    const { stdout } = await shell.probe(userScript('cat; echo here'))
    expect(stdout.toString()).toBe('here\n')
    // The C locale was for its messages only.
    expect((await shell.step(userScript('echo "$LC_ALL"; env | grep KPLAY_'))).stdout).toBe('C.UTF-8\n')
    await shell.close()
  })

  test.each([
    [
      'wants a password that nobody gave',
      'echo "$0: a password is required (or: Authentication failure)" >&2; exit 1',
      undefined,
      /wants a password/,
    ],
    [
      'does not like it',
      'printf %s "$prompt" >&2; read -r it; printf "Sorry, try again.\\n%s" "$prompt" >&2; read -r it; exit 1',
      'wrong',
      /does not accept/,
    ],
    [
      'does not like it and ends',
      'printf %s "$prompt" >&2; read -r it; echo "Authentication failure" >&2; exit 1',
      'wrong',
      /does not accept/,
    ],
    ['ends without a word', 'exit 1', 'wrong', /does not start a shell/],
    ['says something new', 'echo "the moon is full" >&2; exit 1', undefined, /does not start a shell/],
    [
      'insists on a terminal, where there is none',
      'echo "sorry, you must have a tty to run sudo" >&2; exit 1',
      undefined,
      /does not start a shell/,
    ],
  ])('%s', async (_, script, password, message) => {
    const error = await failure(become(script, { method, password }))
    expect(error).toMatchObject({
      code: 'BECOME',
      message: expect.stringMatching(message) as string,
      hint: expect.any(String) as string,
    })
    expect(`${error.message}${error.hint}${String(error.cause)}`).not.toContain('wrong')
  })

  test('is not there', async () => {
    expect(await failure({ method, user: 'root', flags: [], program: '/no/such/program' })).toMatchObject({
      code: 'BECOME',
      message: '/no/such/program is not installed',
    })
  })

  test.each(['-i', 'a b', '', '$(id)'])('the user %j is refused', async (user) => {
    expect(await failure(become('run "$@"', { method, user }))).toMatchObject({ code: 'BECOME' })
  })
})

describe('what sudo says', () => {
  test.each([
    ['sudo: a password is required', /wants a password/],
    ['sudo: no tty present and no askpass program specified', /wants a password/],
    ['sudo: a terminal is required to read the password; either use the -S option', /wants a password/],
    ['op is not in the sudoers file.  This incident will be reported.', /may not use sudo/],
    ['Sorry, user op may not run sudo on web1.', /may not use sudo/],
    ["Sorry, user op is not allowed to execute '/bin/sh' as root on web1.", /does not allow to become other/],
    ['sudo: unknown user: other', /no user other/],
    ['sudo: 3 incorrect password attempts', /does not accept/],
    ['sudo: Account or password is expired, reset your password and try again', /expired/],
  ])('%s', async (text, message) => {
    expect(await failure(become(`echo ${JSON.stringify(text)} >&2; exit 1`))).toMatchObject({
      code: 'BECOME',
      message: expect.stringMatching(message) as string,
    })
  })
})
