import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Sandbox } from './sandbox.ts'

const MINUTES = 25

/**
 * Runs a target as ansible-test does, with real Ansible, and keeps every call it makes: its `runme.sh`, or else a play
 * that applies the target as a role. Gives what the run said. With `goOn` a script does not end at the first thing it
 * finds wrong: some count lines of output, which depends on the machine.
 */
export async function recordTarget(sandbox: Sandbox, bin: string, record: string, goOn: boolean): Promise<string> {
  rmSync(record, { recursive: true, force: true })
  const { root, folder, changing, environment, target } = sandbox
  const script = join(folder, 'runme.sh')
  if (goOn && existsSync(script)) {
    writeFileSync(
      script,
      readFileSync(script, 'utf8')
        .replace(/^(set -[a-z]*)e/m, '$1')
        .replace(/^set - *$/m, ''),
    )
  }
  const aliases = existsSync(join(folder, 'aliases')) ? readFileSync(join(folder, 'aliases'), 'utf8') : ''
  const play = {
    hosts: 'testhost',
    gather_facts: !aliases.includes('gather_facts/no'),
    vars: { output_dir: environment['OUTPUT_DIR'] },
    roles: [target],
  }
  if (!existsSync(script)) writeFileSync(join(root, 'test/integration/play.yml'), JSON.stringify([play], null, 2))
  const [command, ...words] = existsSync(script)
    ? ['bash', script, '-v']
    : ['ansible-playbook', 'play.yml', '-i', 'inventory']
  const child = spawn(command, words, {
    cwd: existsSync(script) ? folder : dirname(dirname(folder)),
    env: {
      ...environment,
      ...(existsSync(script)
        ? { ANSIBLE_PLAYBOOK_DIR: folder }
        : { ANSIBLE_PLAYBOOK_DIR: dirname(dirname(folder)), ANSIBLE_ROLES_PATH: dirname(folder) }),
      TMPDIR: join(root, 'output'),
      KPLAY_COMPATIBILITY: 'record',
      KPLAY_COMPATIBILITY_REAL: bin,
      KPLAY_COMPATIBILITY_RECORD: record,
      KPLAY_COMPATIBILITY_ROOT: root,
      KPLAY_COMPATIBILITY_CHANGING: changing.join(':'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), MINUTES * 60_000)
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  return `${said.join('')}\nended with ${exit ?? 'a kill'}\n`
}
