import { createCipheriv, createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run, seconds } from '../lab/shell.ts'
import type { Say } from '../lab/shell.ts'
import { benchCache } from './places.ts'

interface Shape {
  readonly megabytes: number
  readonly files: number
  /** What the playbook writes into, or a person would look for. */
  readonly texts: readonly string[]
}

/** As many files as upstream's archives about have, 90 MB together. */
const shapes: Readonly<Record<string, Shape>> = {
  'jdk-1.8.0_161': { megabytes: 40, files: 600, texts: ['release', 'bin/java'] },
  'scala-2.11.0': { megabytes: 15, files: 60, texts: ['bin/scala'] },
  'zookeeper-3.4.6': { megabytes: 10, files: 120, texts: ['conf/zoo_sample.cfg', 'bin/zkServer.sh'] },
  'kafka_2.11-0.9.0.1': { megabytes: 25, files: 150, texts: ['config/server.properties', 'bin/kafka-server-start.sh'] },
}

export interface Archives {
  readonly folder: string
  /** Archive without its ending → sha256. */
  readonly sums: Readonly<Record<string, string>>
}

/** Stand-ins for the archives of the guide, made once: of their size, but with nothing in them that runs. */
export async function makeArchives(say: Say): Promise<Archives> {
  const folder = join(benchCache, 'www')
  const described = join(folder, 'sums.json')
  if (!existsSync(described)) {
    const since = performance.now()
    say('archives: making them (once)')
    const sums: Record<string, string> = {}
    for (const [name, shape] of Object.entries(shapes)) {
      const archive = await makeArchive(folder, name, shape)
      sums[name] = createHash('sha256')
        .update(await readFile(archive))
        .digest('hex')
    }
    await writeFile(`${described}.new`, JSON.stringify({ sums }))
    await rename(`${described}.new`, described)
    say(`archives: made in ${seconds(since)}`)
  }
  const { sums } = JSON.parse(await readFile(described, 'utf8')) as Pick<Archives, 'sums'>
  return { folder, sums }
}

async function makeArchive(folder: string, name: string, { megabytes, files, texts }: Shape): Promise<string> {
  const tree = join(folder, name)
  await rm(tree, { recursive: true, force: true })
  // Bytes that do not compress, the same on every machine.
  const noise = createCipheriv('aes-128-ctr', createHash('md5').update(name).digest(), Buffer.alloc(16))
  const size = Math.floor((megabytes * 1e6) / files)
  for (let index = 0; index < files; index++) {
    await put(join(tree, `lib/part${index % 20}/${name}-${index}.jar`), noise.update(Buffer.alloc(size)))
  }
  for (const text of texts) await put(join(tree, text), `# ${text}: a stand-in\n`)
  const archive = join(folder, `${name}.tar.gz`)
  const options = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=2016-01-01 00:00:00Z']
  await run`tar -C ${folder} ${options} -czf ${archive} ${name}`
  await rm(tree, { recursive: true })
  return archive
}

async function put(path: string, content: Buffer | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}
