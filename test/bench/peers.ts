import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, seconds } from '../lab/shell.ts'
import type { Say } from '../lab/shell.ts'
import { benchCache } from './places.ts'
import { newestPython } from './python.ts'

/** The other tools, in one environment of Python. */
export interface Peers {
  readonly python: string
  readonly ansible: string
  readonly pyinfra: string
  /** Mitogen's folder of strategies. */
  readonly strategies: string
  /** Of Python and of each tool. */
  readonly versions: Readonly<Record<string, string>>
}

const tools = ['ansible-core', 'mitogen', 'pyinfra']

/**
 * The newest versions that pip finds, installed once; `fresh` looks for newer ones. The playbook needs one collection
 * more than ansible-core has: it comes from the package that brings them all.
 */
export async function installPeers(fresh: boolean, say: Say): Promise<Peers> {
  const { program, version } = await newestPython()
  const folder = join(benchCache, `venv-${version}`)
  const described = join(folder, 'peers.json')
  if (fresh || !existsSync(described)) {
    const since = performance.now()
    say(`${tools.join(', ')} under Python ${version}: installing (once)`)
    await rm(folder, { recursive: true, force: true })
    await mkdir(benchCache, { recursive: true })
    await run`${program} -m venv ${folder}`
    const pip = join(folder, 'bin/pip')
    await run`${pip} install --quiet ${tools}`
    await run`${pip} download --quiet --no-deps --only-binary :all: --dest ${join(folder, 'wheels')} ansible`
    const { stdout } = await run`${join(folder, 'bin/python')} -c ${unpack} ${folder} ${tools}`
    await rm(join(folder, 'wheels'), { recursive: true })
    await writeFile(`${described}.new`, stdout)
    await rename(`${described}.new`, described)
    say(`installed in ${seconds(since)}`)
  }
  const { versions, strategies } = JSON.parse(await readFile(described, 'utf8')) as Pick<
    Peers,
    'versions' | 'strategies'
  >
  const bin = (name: string): string => join(folder, 'bin', name)
  return {
    python: bin('python'),
    ansible: bin('ansible-playbook'),
    pyinfra: bin('pyinfra'),
    strategies,
    versions: { Python: version, ...versions },
  }
}

/** Takes ansible.posix out of the wheel, and tells versions and places. */
const unpack = `
import glob, importlib.metadata, json, os, sys, sysconfig, zipfile
import ansible_mitogen
folder, *tools = sys.argv[1:]
with zipfile.ZipFile(glob.glob(folder + '/wheels/ansible-*.whl')[0]) as wheel:
    wheel.extractall(sysconfig.get_path('purelib'), [n for n in wheel.namelist() if n.startswith('ansible_collections/ansible/posix/')])
print(json.dumps({
    'versions': {tool: importlib.metadata.version(tool) for tool in tools},
    'strategies': os.path.join(os.path.dirname(ansible_mitogen.__file__), 'plugins/strategy'),
}))
`
