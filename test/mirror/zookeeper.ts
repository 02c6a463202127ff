import { cp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { copyTexts, type Archive } from './archive.ts'
import { copyJars } from './maven.ts'
import type { MirrorFolders } from './places.ts'

export const zookeeper = describe('zookeeper', '3.4.6', '2014-02-20 00:00:00')
/** A later version with the same scripts: what servers are switched to and back. */
export const laterZooKeeper = describe('zookeeper-3.4.9', '3.4.9', '2016-08-23 00:00:00')

function describe(name: string, version: string, date: string): Archive {
  const folder = `zookeeper-${version}`
  return {
    name,
    version,
    path: `zookeeper/${folder}/${folder}.tar.gz`,
    folder,
    date,
    checksums: { sha1: 'gnu', sha256: 'gnu', sha512: 'gnu' },
    fill: (target, folders) => fillZooKeeper(version, target, folders),
  }
}

async function fillZooKeeper(version: string, target: string, folders: MirrorFolders): Promise<void> {
  const artifact = `org.apache.zookeeper:zookeeper:${version}`
  const jars = await copyJars('zookeeper', [{ artifact, without: ['junit:junit'] }], folders)
  await cp(jars, join(target, 'lib'), { recursive: true })
  await rename(join(target, `lib/zookeeper-${version}.jar`), join(target, `zookeeper-${version}.jar`))
  await copyTexts('zookeeper/conf', join(target, 'conf'), 0o644)
  await copyTexts('zookeeper/bin', join(target, 'bin'), 0o755)
}
