import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { $, which } from 'zx'
import type { Archive } from './archive.ts'
import { emptyFolder } from './pack.ts'
import type { MirrorFolders } from './places.ts'
import { MirrorError } from './tools.ts'

const quiet = $({ quiet: true, stdio: ['ignore', 'pipe', 'pipe'] })
const checksums = { sha256: 'gnu', sha512: 'bare' } as const
const platform = process.arch === 'arm64' ? 'linux-aarch64' : 'linux-x64'

/** Which of Debian's suites has which OpenJDK: what unstable has runs on Debian 13 but not on 12. */
const suiteOf = { 8: 'unstable', 17: 'bookworm' } as const
export type JavaMajor = keyof typeof suiteOf

/** A JDK unpacked somewhere; links in it may lead out of it, to files that stand under `root`. */
interface FoundJdk {
  /** As `java.version` has it: 1.8.0_504, 17.0.15. */
  readonly version: string
  readonly home: string
  readonly root: string
}

/**
 * A JDK of the mirror: OpenJDK from Debian; where that cannot be had, the JDK of this machine, which also stands in for
 * a Java 8 when it is a later one.
 * @param say is told why it is not Debian's
 */
export async function findJava(
  major: JavaMajor,
  folders: MirrorFolders,
  say: (line: string) => void,
): Promise<Archive> {
  try {
    return describe(major, await fetchOpenJdk(major, folders))
  } catch (error) {
    const reason = error instanceof Error ? firstLine(error) : String(error)
    const found = await findOwnJdk()
    if (major !== 8 && majorOf(found) !== major)
      throw new MirrorError(`no JDK ${major} for the mirror: this machine's is ${found.version}, and ${reason}`)
    const archive = describe(major, found)
    say(`java: Debian's OpenJDK ${major} cannot be had, taking ${archive.note ?? `this machine's`} (${reason})`)
    return archive
  }
}

function firstLine(error: Error): string {
  return error.message.trim().split('\n')[0] ?? ''
}

/** 8 for 1.8.0_504, 17 for 17.0.15. */
const majorOf = ({ version }: FoundJdk): number => Number(/^(?:1\.)?(\d+)/.exec(version)?.[1])

/** Names as their makers give them: jdk1.8.0_504 in jdk-8u504-…, jdk-17.0.15 in openjdk-17.0.15_…. */
function describe(major: JavaMajor, found: FoundJdk): Archive {
  const update = /^1\.8\.0_(\d+)$/.exec(found.version)?.[1]
  const file = update === undefined ? `openjdk-${found.version}_${platform}_bin` : `jdk-8u${Number(update)}-${platform}`
  const aliases = [`java/jdk-${major}-${platform}.tar.gz`]
  return {
    name: major === 8 ? 'java' : `java-${major}`,
    version: found.version,
    path: `java/${file}.tar.gz`,
    aliases: major === 8 ? [...aliases, `java/jdk-${platform}.tar.gz`] : aliases,
    folder: update === undefined ? `jdk-${found.version}` : `jdk${found.version}`,
    date: '2016-01-01 00:00:00',
    checksums,
    ...(majorOf(found) === major ? {} : { note: `this machine's JDK ${found.version} in the place of JDK ${major}` }),
    fill: (target) => fillJava(found, target),
  }
}

/** Downloads with an apt state of its own: the machine's sources and lists stay as they are. */
async function fetchOpenJdk(major: JavaMajor, { apt }: MirrorFolders): Promise<FoundJdk> {
  if (!(await which('apt-get', { nothrow: true }))) throw new MirrorError('there is no apt-get')
  const targets = await quiet`apt-get indextargets --format ${'$(REPO_URI) $(ORIGIN)'} ${'Created-By: Packages'}`
  const debian = targets.lines().find((line) => /\/debian\/? Debian$/.test(line))
  if (debian === undefined) throw new MirrorError('apt-get knows no mirror of Debian')
  const source = `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${debian.split(' ')[0] ?? ''}`
  await mkdir(join(apt, 'lists/partial'), { recursive: true })
  await mkdir(join(apt, 'cache/archives/partial'), { recursive: true })
  await writeFile(join(apt, 'sources.list'), `${source} ${suiteOf[major]} main\n`)
  const options = [
    `Dir::Etc::SourceList=${apt}/sources.list`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${apt}/lists`,
    `Dir::Cache=${apt}/cache`,
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option])
  const debs = await emptyFolder(join(apt, 'debs'))
  const packages = ['jre', 'jdk'].map((part) => `openjdk-${major}-${part}-headless`)
  await quiet`apt-get ${options} -q update`
  await quiet({ cwd: debs })`apt-get ${options} -q download ${packages}`
  const root = await emptyFolder(join(apt, 'root'))
  for (const name of await readdir(debs)) await quiet`dpkg-deb -x ${join(debs, name)} ${root}`
  const [first = ''] = await readdir(debs)
  const homes = (await readdir(join(root, 'usr/lib/jvm'))).filter((name) => name.startsWith(`java-${major}-openjdk-`))
  return { version: readVersion(first), home: join(root, 'usr/lib/jvm', homes[0] ?? ''), root }
}

/** The version of Java from the name of a package's file: …_8u504-ga-1_…, …_17.0.15+6-1~deb12u1_…. */
function readVersion(file: string): string {
  const [, update, version] = /_(?:8u(\d+)-|(\d[\d.]*)\+)/.exec(file) ?? []
  if (update !== undefined) return `1.8.0_${update.padStart(2, '0')}`
  if (version === undefined) throw new MirrorError(`no version of Java in the file name ${file}`)
  return version
}

async function findOwnJdk(): Promise<FoundJdk> {
  const java = join(process.env['JAVA_HOME'] ?? '/nowhere', 'bin/java')
  const found = existsSync(java) ? java : await which('java', { nothrow: true })
  if (!found) throw new MirrorError('no JDK for the mirror: neither from Debian nor one on this machine')
  const asked = await quiet`${found} -XshowSettings:properties -version`
  const read = (name: string) => new RegExp(`^\\s*${name} = (.+)$`, 'm').exec(asked.stderr)?.[1]?.trim()
  const [version, home] = [read('java.version'), read('java.home')]
  if (version === undefined || home === undefined) throw new MirrorError(`${found} does not tell its version and home`)
  return { version, home: home.replace(/\/jre$/, ''), root: '/' }
}

async function fillJava(found: FoundJdk, target: string): Promise<void> {
  await rm(target, { recursive: true })
  await cp(found.home, target, { recursive: true, verbatimSymlinks: true })
  await bringLinksHome(target, target, found)
  // Shared class data is no use once the times of the files beside it change; the rest is ballast on a server.
  for (const name of ['lib/server/classes.jsa', 'lib/server/classes_nocoops.jsa', 'jmods', 'man', 'jre/man', 'docs']) {
    await rm(join(target, name), { recursive: true, force: true })
  }
  const release = join(target, 'release')
  if (existsSync(release)) return
  const machine = process.arch === 'arm64' ? 'aarch64' : 'amd64'
  await writeFile(release, `JAVA_VERSION="${found.version}"\nOS_NAME="Linux"\nOS_ARCH="${machine}"\n`)
}

/** Debian keeps settings in /etc and links to them: the files take the links' places. A link to nothing goes. */
async function bringLinksHome(folder: string, top: string, found: FoundJdk): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await bringLinksHome(path, top, found)
    if (!entry.isSymbolicLink()) continue
    const text = await readlink(path)
    const inside = resolve(folder, text)
    if (inside.startsWith(`${top}/`) && existsSync(inside)) continue
    const origin = text.startsWith('/') ? join(found.root, text) : resolve(found.home, relative(top, folder), text)
    await rm(path)
    if (existsSync(origin)) await cp(await realpath(origin), path, { recursive: true, dereference: true })
  }
}
