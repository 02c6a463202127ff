import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { $ } from 'zx'
import { buildMirror, type BuiltArchive, type BuiltMirror } from './build.ts'
import { digestFile } from './checksums.ts'
import { findJava } from './java.ts'
import { pack } from './pack.ts'
import { mirrorFolders } from './places.ts'
import { serveFolder, type ServedMirror } from './serve.ts'

const run = $({ quiet: true, stdio: ['ignore', 'pipe', 'pipe'] })
let folder: string
let mirror: BuiltMirror

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kplay-mirror-'))
  mirror = await buildMirror(undefined, { all: true })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function archive(name: string): BuiltArchive {
  const found = mirror.archives.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no archive ${name}`)
  return found
}
const pathOf = (name: string) => join(mirror.www, archive(name).path)
const seconds = ['kafka-0.9.0.0', 'zookeeper-3.4.9', 'java-17']
const names = ['kafka', 'zookeeper', 'scala', 'java', ...seconds]

describe('the archives', () => {
  it.each([
    ['kafka', 'kafka/0.9.0.1/kafka_2.11-0.9.0.1.tgz', 'kafka_2.11-0.9.0.1'],
    ['zookeeper', 'zookeeper/zookeeper-3.4.6/zookeeper-3.4.6.tar.gz', 'zookeeper-3.4.6'],
    ['scala', 'scala/2.11.0/scala-2.11.0.tgz', 'scala-2.11.0'],
    ['kafka-0.9.0.0', 'kafka/0.9.0.0/kafka_2.11-0.9.0.0.tgz', 'kafka_2.11-0.9.0.0'],
    ['zookeeper-3.4.9', 'zookeeper/zookeeper-3.4.9/zookeeper-3.4.9.tar.gz', 'zookeeper-3.4.9'],
  ])('%s stands where the original does, with its folder', (name, path, top) => {
    expect(archive(name)).toMatchObject({ path, folder: top })
  })

  it('names the JDK by its true version', () => {
    expect(archive('java').folder).toMatch(/^jdk(1\.8\.0_\d+|-\d+[\d.]*)$/)
    expect(archive('java-17').folder).toMatch(/^jdk-17\.[\d.]+$/)
  })

  it.each([
    ['java', ['jdk-8-linux-', 'jdk-linux-']],
    ['java-17', ['jdk-17-linux-']],
  ])('%s has names that do not change with its version', async (name, aliases) => {
    const ending = /linux-(\w+?)(_bin)?\.tar\.gz$/.exec(archive(name).path)?.[1] ?? ''
    for (const alias of aliases) {
      const path = join(mirror.www, 'java', `${alias}${ending}.tar.gz`)
      expect(await digestFile(path, 'sha256')).toBe(archive(name).sha256)
      await run({ cwd: join(path, '..') })`sha256sum --strict -c ${basename(path)}.sha256`
    }
  })

  it.each([...names, 'peers/jdk-1.8.0_161', 'peers/kafka_2.11-0.9.0.1'])(
    '%s holds one folder, owned by root, with nothing that leaves it',
    async (name) => {
      const { folder: top } = archive(name)
      const entries = (await run`tar --numeric-owner -tvzf ${pathOf(name)}`).lines()
      expect(entries.filter((line) => !line.includes(` ${top}/`))).toEqual([])
      expect(entries.filter((line) => !/^\S+ 0\/0 /.test(line))).toEqual([])
      expect(entries.filter((line) => / -> (\/|.*\.\.$)/.test(line))).toEqual([])
    },
  )

  it.each([
    ['kafka', 'kafka-0.9.0.0', / libs\/./],
    ['zookeeper', 'zookeeper-3.4.9', /\.jar$/],
  ])('%s and %s have the same scripts and settings', async (first, second, libraries) => {
    const list = async (name: string) =>
      (await run`tar --full-time -tvzf ${pathOf(name)}`)
        .lines()
        .map((line) => line.replace(/ \d{4}-\S+ \S+ [^/]+\//, ' '))
        .filter((line) => !libraries.test(line))
    expect(await list(second)).toEqual(await list(first))
  })

  it('is built once', async () => {
    const before = await Promise.all(names.map(async (name) => (await stat(pathOf(name))).mtimeMs))
    const said: string[] = []
    await buildMirror((line) => said.push(line))
    expect(said).toEqual([])
    expect(await Promise.all(names.map(async (name) => (await stat(pathOf(name))).mtimeMs))).toEqual(before)
  })

  it('comes out the same from the same content, whoever packs it and when', async () => {
    const digests: string[] = []
    for (const [index, mask] of ['022', '077'].entries()) {
      const parent = join(folder, `packed${index}`)
      await run`umask ${mask}; mkdir -p ${parent}/top/bin; echo a > ${parent}/top/b; echo x > ${parent}/top/bin/a; chmod u+x ${parent}/top/bin/a`
      await symlink('b', join(parent, 'top/link'))
      await pack(parent, 'top', join(parent, 'top.tgz'), '2016-01-01 00:00:00')
      digests.push(await digestFile(join(parent, 'top.tgz'), 'sha256'))
      await setTimeout(1100)
    }
    expect(digests[1]).toBe(digests[0])
  })
})

describe('the checksums', () => {
  it.each([
    ['zookeeper', 'sha1'],
    ['zookeeper', 'sha512'],
    ['java', 'sha256'],
    ['scala', 'sha512'],
    ['zookeeper-3.4.9', 'sha1'],
    ['zookeeper-3.4.9', 'sha256'],
    ['zookeeper-3.4.9', 'sha512'],
    ['java-17', 'sha256'],
  ])('%s.%s is what the usual tool accepts', async (name, algorithm) => {
    const path = pathOf(name)
    await run({ cwd: join(path, '..') })`${algorithm}sum --strict -c ${basename(path)}.${algorithm}`
  })

  it.each([
    ['kafka', 'kafka_2.11-0.9.0.1.tgz:'],
    ['kafka-0.9.0.0', 'kafka_2.11-0.9.0.0.tgz:'],
  ])('%s: laid out as gpg prints them', async (name, file) => {
    const hex = archive(name).sha512.toUpperCase()
    const text = await readFile(`${pathOf(name)}.sha512`, 'utf8')
    const lines = text.trimEnd().split('\n')
    expect(lines.map((line) => line.slice(0, 24).trim())).toEqual([file, '', ''])
    expect(lines.map((line) => line.slice(24).split(' ').length)).toEqual([6, 6, 4])
    expect(text.replace(/^[^:]*:|\s/g, '')).toBe(hex)
  })

  it('lists agree with the archives', async () => {
    const read = async (name: string) => JSON.parse(await readFile(join(mirror.www, name), 'utf8')) as unknown
    expect(await read('sums.json')).toMatchObject({ sums: { 'zookeeper-3.4.6': archive('zookeeper').sha256 } })
    expect(await read('peers/sums.json')).toEqual({
      sums: Object.fromEntries(
        mirror.archives.filter(({ name }) => name.startsWith('peers/')).map(({ folder: top, sha256 }) => [top, sha256]),
      ),
    })
    expect(await read('vars.json')).toMatchObject({
      mirror_archives: Object.fromEntries(
        names.map((name) => [name, { path: archive(name).path, sha256: archive(name).sha256 }]),
      ),
    })
  })
})

describe('the programs', () => {
  let java: string
  beforeAll(async () => {
    for (const name of names) await run`tar -xzf ${pathOf(name)} -C ${folder}`
    java = join(folder, archive('java-17').folder)
  })
  /** What a command says, on whichever output. */
  const ask = async (command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const all = { ...process.env, JAVA_HOME: java, LOG_DIR: join(folder, 'logs'), ...env }
    const said = await run({ nothrow: true, timeout: '60s', env: all })`${join(folder, command)} ${args}`
    return { status: said.exitCode, text: said.stdout + said.stderr }
  }

  it.each(['java', 'java-17'])('%s tells its version', async (name) => {
    const { folder: top, version } = archive(name)
    const { status, text } = await ask(`${top}/bin/java`, ['-version'])
    if (status === 0) return expect(text).toContain(` version "${version}"`)
    // Of Debian's unstable suite: it wants a later C library than this machine may have. Its classes know as well.
    expect([name, text]).toEqual(['java', expect.stringContaining('GLIBC_')])
    const classes = ['-cp', join(folder, top, 'jre/lib/rt.jar'), '-p', '-constants', 'sun.misc.Version']
    expect((await ask(`${archive('java-17').folder}/bin/javap`, classes)).text).toContain(`java_version = "${version}"`)
  })

  it.each(['zookeeper', 'zookeeper-3.4.9'])('%s tells its version', async (name) => {
    const { folder: top, version } = archive(name)
    const jars = ['*', 'lib/*'].map((below) => join(folder, top, below)).join(':')
    const main = ['org.apache.zookeeper.Version', '--full']
    const { text } = await ask(`${archive('java-17').folder}/bin/java`, ['-cp', jars, ...main])
    expect(text.split('-')[0]).toBe(version)
  })

  it.each(['kafka', 'kafka-0.9.0.0'])('%s tells its version', async (name) => {
    const { folder: top, version } = archive(name)
    const env = { KAFKA_LOG4J_OPTS: `-Dlog4j.configuration=file:${join(folder, top, 'config/log4j.properties')}` }
    const nothing = ['--broker-list', '127.0.0.1:1', '--topic', 'none']
    expect((await ask(`${top}/bin/kafka-console-producer.sh`, nothing, env)).text).toContain(
      `Kafka version : ${version} `,
    )
  })

  it.each(['kafka', 'kafka-0.9.0.0'])('%s asks for GC logging with flags that Java 17 refuses', async (name) => {
    const { status, text } = await ask(`${archive(name).folder}/bin/kafka-server-start.sh`, ['/nowhere'])
    expect([status, text]).toEqual([1, expect.stringMatching(/Unrecognized VM option 'PrintGC/)])
  })
})

describe('the JDK of this machine', () => {
  /** A machine with this Java, and without apt-get. */
  async function machineWith(version: string): Promise<void> {
    const commands = join(folder, `machine-${version}`)
    await mkdir(commands, { recursive: true })
    const told = `    java.home = /opt/java\n    java.version = ${version}`
    await writeFile(join(commands, 'java'), `#!/bin/sh\necho '${told}' >&2\n`, { mode: 0o755 })
    vi.stubEnv('PATH', commands)
    vi.stubEnv('JAVA_HOME', '')
  }
  afterEach(() => vi.unstubAllEnvs())

  it('stands in for a Java 8, and says so', async () => {
    await machineWith('17.0.15')
    const said: string[] = []
    const found = await findJava(8, mirrorFolders(folder), (line) => said.push(line))
    expect(found).toMatchObject({ name: 'java', folder: 'jdk-17.0.15' })
    expect(found.note).toBe("this machine's JDK 17.0.15 in the place of JDK 8")
    expect(said).toEqual([expect.stringContaining(found.note ?? '')])
  })

  it('is taken as what it is', async () => {
    await machineWith('1.8.0_402')
    const found = await findJava(8, mirrorFolders(folder), () => {})
    expect([found.folder, found.note]).toEqual(['jdk1.8.0_402', undefined])
  })

  it('does not stand in for a Java 17', async () => {
    await machineWith('25.0.1')
    await expect(findJava(17, mirrorFolders(folder), () => {})).rejects.toThrow(/^no JDK 17 for the mirror/)
  })
})

describe('serving', () => {
  let served: ServedMirror
  const body = '0123456789'
  beforeAll(async () => {
    await writeFile(join(folder, 'digits'), body)
    await writeFile(join(folder, 'empty'), '')
    served = await serveFolder({ folder, address: '127.0.0.1', port: 0 })
  })
  afterAll(() => served.close())
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${served.url}${path}`, { headers, method })

  it('gives a whole file, its head, and an empty one', async () => {
    const whole = await ask('/digits')
    expect([whole.status, await whole.text()]).toEqual([200, body])
    const head = await ask('/digits', {}, 'HEAD')
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
    const empty = await ask('/empty')
    expect([empty.status, await empty.text()]).toEqual([200, ''])
  })

  it.each([
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=7-99', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=5-2', 200, body, null],
    ['bytes=0-1,3-4', 200, body, null],
    ['lines=1-2', 200, body, null],
    ['bytes=10-', 416, undefined, 'bytes */10'],
  ])('Range: %s', async (range, status, text, contentRange) => {
    const answer = await ask('/digits', { range })
    expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange])
    if (text !== undefined) expect(await answer.text()).toBe(text)
  })

  it('sends the rest only of the file that the client has begun', async () => {
    const first = await ask('/digits')
    const etag = first.headers.get('etag') ?? ''
    const modified = first.headers.get('last-modified') ?? ''
    const resume = async (condition: string) =>
      (await ask('/digits', { range: 'bytes=5-', 'if-range': condition })).status
    expect(await resume(etag)).toBe(206)
    expect(await resume(modified)).toBe(206)
    expect(await resume('"another"')).toBe(200)
    expect(await resume('Mon, 01 Jan 2001 00:00:00 GMT')).toBe(200)
    expect((await ask('/digits', { 'if-none-match': etag })).status).toBe(304)
    expect((await ask('/digits', { 'if-modified-since': modified })).status).toBe(304)
  })

  it.each([
    ['/nothing', 404],
    ['/..%2f..%2fetc/passwd', 400],
    ['/%', 400],
    ['/', 200],
  ])('%s answers %i', async (path, status) => {
    expect((await ask(path)).status).toBe(status)
  })

  it('refuses to be written to', async () => {
    expect((await ask('/digits', {}, 'DELETE')).status).toBe(405)
  })

  it('tells what was asked', async () => {
    await ask('/digits?a=b', {}, 'HEAD')
    expect(served.requests.at(-1)).toBe('HEAD /digits?a=b 200')
  })

  it('says in one line that a port is in use, or an address not here', async () => {
    const other = createServer()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const { port } = other.address() as { port: number }
    await expect(serveFolder({ folder, address: '127.0.0.1', port })).rejects.toThrow(
      /^port \d+ of 127\.0\.0\.1 is in use/,
    )
    await expect(serveFolder({ folder, address: '192.0.2.1', port })).rejects.toThrow(/is no address of this machine/)
    await new Promise((done) => other.close(done))
  })
})
