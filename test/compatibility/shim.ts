/*
 * Stands for Ansible's commands in a sandbox. Three ways, by KPLAY_COMPATIBILITY: `record` keeps the call and lets real
 * Ansible do it; `kplay` lets kplay do it; anything else is a call within a call, and goes to real Ansible.
 */
import { spawnSync } from 'node:child_process'
import { fstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keepCall, keepFiles, nameOf, nextFolder } from './call.ts'
import { wordsOfKplay } from './words.ts'

const [name = '', ...words] = process.argv.slice(2)
const { env } = process
const way = env['KPLAY_COMPATIBILITY'] ?? ''
const real = join(env['KPLAY_COMPATIBILITY_REAL'] ?? '/usr/bin', name)
const MOST_OUTPUT = 256 * 1024 * 1024

function pass(program: string, args: readonly string[], environment: NodeJS.ProcessEnv): never {
  const { status } = spawnSync(program, args, { stdio: 'inherit', env: environment })
  process.exit(status ?? 255)
}

/** What stands on standard input, where somebody feeds it. */
function inputGiven(): string {
  const stat = fstatSync(0)
  return stat.isFIFO() || stat.isFile() ? readFileSync(0, 'utf8') : ''
}

function record(): never {
  const folder = nextFolder(env['KPLAY_COMPATIBILITY_RECORD'] ?? '')
  const root = env['KPLAY_COMPATIBILITY_ROOT'] ?? ''
  keepFiles(folder, root, (env['KPLAY_COMPATIBILITY_CHANGING'] ?? '').split(':'))
  const input = process.stdin.isTTY ? '' : inputGiven()
  const environment = Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => !pair[0].startsWith('KPLAY_COMPATIBILITY')),
  )
  // A script may ask for a locale that is not installed here.
  if (environment['LC_ALL'] === 'en_US.UTF-8') environment['LC_ALL'] = 'C.UTF-8'
  const call = {
    name: nameOf(name, words, root),
    command: name,
    words,
    folder: process.cwd(),
    environment,
    input,
  }
  // A call that never returns has been kept too.
  keepCall(folder, { ...call, exit: -1, output: '', errors: '' })
  const ended = spawnSync(real, words, {
    input,
    env: { ...env, ...environment, KPLAY_COMPATIBILITY: 'within' },
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT,
  })
  const exit = ended.status ?? 255
  keepCall(folder, { ...call, exit, output: ended.stdout, errors: ended.stderr })
  process.stdout.write(ended.stdout)
  process.stderr.write(ended.stderr)
  process.exitCode = exit
  return undefined as never
}

if (way === 'record') record()
else if (way === 'kplay') pass(env['KPLAY_COMPATIBILITY_KPLAY'] ?? 'kplay', wordsOfKplay(name, words), env)
else pass(real, words, env)
