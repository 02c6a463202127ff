import { cp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { copyTexts, type Archive } from './archive.ts'
import { copyJars } from './maven.ts'
import type { MirrorFolders } from './places.ts'

export const zookeeper: Archive = {
  name: 'zookeeper',
  version: '3.4.6',
  path: 'zookeeper/zookeeper-3.4.6/zookeeper-3.4.6.tar.gz',
  folder: 'zookeeper-3.4.6',
  date: '2014-02-20 00:00:00',
  checksums: { sha1: 'gnu', sha256: 'gnu', sha512: 'gnu' },
  fill: fillZooKeeper,
}

async function fillZooKeeper(target: string, folders: MirrorFolders): Promise<void> {
  const jars = await copyJars(
    'zookeeper',
    [{ artifact: 'org.apache.zookeeper:zookeeper:3.4.6', without: ['junit:junit'] }],
    folders,
  )
  await cp(jars, join(target, 'lib'), { recursive: true })
  await rename(join(target, 'lib/zookeeper-3.4.6.jar'), join(target, 'zookeeper-3.4.6.jar'))
  await copyTexts('zookeeper/conf', join(target, 'conf'), 0o644)
  await copyTexts('zookeeper/bin', join(target, 'bin'), 0o755)
}
