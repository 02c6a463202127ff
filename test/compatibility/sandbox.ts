import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A tree that looks to a target as ansible-test's does: its own folder is a copy, the other targets are links. */
export interface Sandbox {
  readonly root: string
  readonly target: string
  /** Where its script runs. */
  readonly folder: string
  /** What a run may change: restored before each case. */
  readonly changing: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** The commands of Ansible that stand in for its own in a sandbox. */
export const COMMANDS = ['ansible-playbook', 'ansible', 'ansible-inventory', 'ansible-vault'] as const

const INVENTORY = (python: string): string => `[testgroup]
testhost ansible_connection="local" ansible_pipelining="yes" ansible_python_interpreter="${python}"
`

/** Real Ansible. */
export interface Ansible {
  /** ansible-core's source. */
  readonly core: string
  /** The folder of its installed commands. */
  readonly bin: string
  /** A key that an sshd on 127.0.0.3, .4 and .254 lets in: some targets log in there. */
  readonly key?: string
}

/** Makes the sandbox of a target anew. */
export function makeSandbox({ core, bin, key }: Ansible, root: string, target: string): Sandbox {
  rmSync(root, { recursive: true, force: true })
  const targets = join(root, 'test/integration/targets')
  const folder = join(targets, target)
  const [output, shims] = [join(root, 'output'), join(root, 'bin')]
  for (const path of [targets, output, shims]) mkdirSync(path, { recursive: true })
  const source = join(core, 'test/integration/targets')
  for (const name of readdirSync(source)) if (name !== target) symlinkSync(join(source, name), join(targets, name))
  cpSync(join(source, target), folder, { recursive: true, verbatimSymlinks: true })

  const inventory = join(root, 'test/integration/inventory')
  // Some targets become another user, who may not reach a Python of one's own.
  const shared = '/usr/bin/python3'
  writeFileSync(inventory, INVENTORY(existsSync(shared) ? shared : join(bin, 'python')))
  writeFileSync(join(root, 'ansible.cfg'), '')
  for (const name of COMMANDS) {
    const shim = `#!/bin/sh\nexec '${process.execPath}' '${join(import.meta.dirname, 'shim.js')}' ${name} "$@"\n`
    writeFileSync(join(shims, name), shim, { mode: 0o755 })
  }
  // Scripts that would install Python packages run with those that are there.
  writeFileSync(join(shims, 'virtualenv.sh'), '')
  writeFileSync(join(shims, 'pip'), '#!/bin/sh\n', { mode: 0o755 })
  return {
    root,
    target,
    folder,
    changing: [folder, output],
    environment: {
      PATH: [shims, bin, process.env['PATH']].join(':'),
      // Python asks for the home of the user, not for this variable, so they must be the same.
      HOME: homedir(),
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      OUTPUT_DIR: output,
      INVENTORY_PATH: inventory,
      ANSIBLE_CONFIG: join(root, 'ansible.cfg'),
      ANSIBLE_FORCE_COLOR: 'false',
      ANSIBLE_FORCE_HANDLERS: 'true',
      ANSIBLE_HOST_PATTERN_MISMATCH: 'error',
      ANSIBLE_INVENTORY: '/dev/null',
      ANSIBLE_LIBRARY: '/dev/null',
      ANSIBLE_DEPRECATION_WARNINGS: 'false',
      ANSIBLE_DEVEL_WARNING: 'false',
      ANSIBLE_HOST_KEY_CHECKING: 'false',
      ANSIBLE_RETRY_FILES_ENABLED: 'false',
      PAGER: '/bin/cat',
      PYTHONDONTWRITEBYTECODE: '1',
      PIP_NO_INDEX: '1',
      ...(key !== undefined && { ANSIBLE_PRIVATE_KEY_FILE: key }),
    },
  }
}
