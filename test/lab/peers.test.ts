import './support/own-lab.ts'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mirrorFolders, repositoryFolder } from '../mirror/places.ts'
import type { ServedMirror } from '../mirror/serve.ts'
import { serveMirror } from './support/cluster.ts'
import { bareHosts } from './support/hosts.ts'
import { emptyFolder } from './support/inventory.ts'
import { changesOf, changesPerHost, runPlaybook, story } from './support/kplay.ts'
import type { Run } from './support/kplay.ts'
import { host } from './host.ts'
import { labProblem } from './machine.ts'
import { keyFile } from './places.ts'
import { guestNamed, testNames } from './roster.ts'
import { snapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'

/** An Ansible user's playbook as it was found, with its inventory and templates. */
const found = join(repositoryFolder(), 'test/lab/peers')
const original = join(repositoryFolder(), '../shared/reference/peers')

const five = testNames(5)
/** Each host of the playbook has a twin with Python, for Ansible. */
const twins = five.map((_, index) => `ansible${index + 1}`)

/** What each tool keeps on a host for itself. */
const own = { ignore: ['/var/lib/kplay', '/root/.ansible', '/root/.local', '/root/.ssh/known_hosts'] }

const snapshots = (names: readonly string[]): Promise<Snapshot[]> =>
  Promise.all(names.map((name) => snapshot(name, own)))

type State = Map<string, string>

/** A snapshot as one table. */
const stateOf = ({ files, units, sysctls }: Snapshot): State =>
  new Map([
    ...[...files].map(([path, entry]): [string, string] => [`file ${path}`, JSON.stringify(entry)]),
    ...[...units].map(([name, state]): [string, string] => [`unit ${name}`, state]),
    ...[...sysctls].map(([name, value]): [string, string] => [`sysctl ${name}`, value]),
  ])

const changed = (before: State, after: State): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key))

const table = (state: State, keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [key, state.get(key) ?? 'absent']))

/**
 * These belong to the machine under all hosts: what one tool has set must be seen to be set by the other too. The lab
 * gives back what was there before.
 */
function unsetKernel(): void {
  const values = { swappiness: 61, dirty_background_ratio: 11, dirty_ratio: 21 }
  for (const [name, value] of Object.entries(values)) writeFileSync(`/proc/sys/vm/${name}`, `${value}\n`)
}

describe.skipIf(labProblem())("an Ansible user's playbook, unmodified", () => {
  let mirror: ServedMirror
  let folder: string
  let before: Snapshot[]
  let twinsBefore: Snapshot[]
  const sums = join(mirrorFolders().www, 'peers/sums.json')
  const run = (...more: string[]): Promise<Run> =>
    runPlaybook(
      [
        ...['-i', 'kplay.hosts.yml', '-e', `mirror=${mirror.url}/peers`, '-e', `@${sums}`],
        ...['--private-key', keyFile, 'site.yml', ...more],
      ],
      { cwd: folder },
    )

  /** The same inventory, at the addresses of these hosts. */
  function writeInventory(file: string, names: readonly string[]): void {
    const text = readFileSync(join(found, 'hosts.yml'), 'utf8')
    const own = names.reduce(
      (now, name, index) => now.replace(`10.99.0.1${index + 1},`, `${guestNamed(name).address},`),
      text,
    )
    expect(own).not.toContain('10.99.')
    writeFileSync(join(folder, file), own)
  }

  beforeAll(async () => {
    await bareHosts([...five, ...twins])
    mirror = await serveMirror()
    folder = await emptyFolder()
    await cp(found, folder, { recursive: true })
    writeInventory('kplay.hosts.yml', five)
    writeInventory('ansible.hosts.yml', twins)
    unsetKernel()
    ;[before, twinsBefore] = [await snapshots(five), await snapshots(twins)]
  })
  afterAll(() => mirror.close())

  test.runIf(existsSync(original))('is the one of the reference', () => {
    const files = readdirSync(found, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.length).toBeGreaterThan(4)
    for (const { name, parentPath } of files) {
      const path = join(parentPath, name)
      expect(readFileSync(path, 'utf8'), name).toBe(readFileSync(path.replace(found, original), 'utf8'))
    }
  })

  test('hosts are left by kplay as Ansible leaves theirs', async () => {
    const built = await run()
    expect(built.code, story(built)).toBe(0)
    const after = await snapshots(five)
    const again = await run()
    expect(again.code, story(again)).toBe(0)
    expect(changesOf(again)).toEqual([])

    unsetKernel()
    await runAnsible()
    const twinsAfter = await snapshots(twins)

    for (const [index, name] of five.entries()) {
      const [one, other, theirs, theirsBefore] = [before[index], after[index], twinsAfter[index], twinsBefore[index]]
      if (!one || !other || !theirs || !theirsBefore) throw new Error(`${name}: no snapshot`)
      const mine = changed(stateOf(one), stateOf(other))
      expect(mine, name).toEqual(expect.arrayContaining(['sysctl vm.swappiness', 'sysctl vm.dirty_ratio']))
      const keys = [...new Set([...mine, ...changed(stateOf(theirsBefore), stateOf(theirs))])].sort()
      expect(mine.length, name).toBeGreaterThan(30)
      expect(table(stateOf(other), keys), name).toEqual(table(stateOf(theirs), keys))
    }
  })

  test('--check on bare hosts names what the run then changes', async () => {
    await bareHosts(five)
    const foreseen = await run('--check')
    expect(foreseen.code, story(foreseen)).toBe(0)
    const real = await run()
    expect(real.code, story(real)).toBe(0)
    expect(changesOf(real)).toEqual(changesOf(foreseen))
    expect(Math.min(...Object.values(changesPerHost(real)))).toBeGreaterThan(15)
  })

  /** Its own traces stay out of the home of the host that it runs on, which is one of those it works on. */
  const settings = `[defaults]
host_key_checking=False
private_key_file=/run/peers/key
[ssh_connection]
ssh_args=-C -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=/run/peers/known_hosts
`

  /** Debian's Ansible, on a host of the lab. */
  async function runAnsible(): Promise<void> {
    const controller = host('ansible1')
    const put = async (path: string, text: string): Promise<void> => {
      const answer = await controller.exec(`umask 077; mkdir -p "$(dirname ${path})"; cat > ${path}`, { stdin: text })
      expect(answer.code, answer.stderr).toBe(0)
    }
    for (const path of ['site.yml', ...readdirSync(join(found, 'templates')).map((name) => `templates/${name}`)]) {
      await put(`/run/peers/${path}`, readFileSync(join(folder, path), 'utf8'))
    }
    await put('/run/peers/hosts.yml', readFileSync(join(folder, 'ansible.hosts.yml'), 'utf8'))
    await put('/run/peers/sums.json', readFileSync(sums, 'utf8'))
    await put('/run/peers/key', readFileSync(keyFile, 'utf8'))
    await put('/run/peers/ansible.cfg', settings)
    const command = `cd /run/peers && HOME=/run/peers ANSIBLE_PIPELINING=1 LC_ALL=C.UTF-8 ansible-playbook -i hosts.yml -e mirror=${mirror.url}/peers -e @sums.json site.yml`
    const { code, stdout, stderr } = await controller.exec(command, { timeout: 400_000 })
    expect(code, stdout + stderr).toBe(0)
  }
})
