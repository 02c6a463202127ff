import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Archive } from './archive.ts'

/** Small archives under the names that a playbook for other tools expects: real in shape, with nothing in them that runs. */
const standIns: Readonly<Record<string, readonly string[]>> = {
  'jdk-1.8.0_161': ['bin/java', 'bin/javac', 'jre/lib/rt.jar', 'release'],
  'scala-2.11.0': ['bin/scala', 'bin/scalac', 'lib/scala-library.jar'],
  'zookeeper-3.4.6': ['bin/zkServer.sh', 'conf/zoo_sample.cfg', 'lib/log4j-1.2.16.jar', 'zookeeper-3.4.6.jar'],
  'kafka_2.11-0.9.0.1': ['bin/kafka-server-start.sh', 'config/server.properties', 'libs/kafka_2.11-0.9.0.1.jar'],
}

export const peers: readonly Archive[] = Object.entries(standIns).map(([folder, files]) => ({
  name: `peers/${folder}`,
  version: 'stand-in',
  path: `peers/${folder}.tar.gz`,
  folder,
  date: '2016-01-01 00:00:00',
  checksums: { sha256: 'gnu' },
  fill: (target: string) => fillStandIn(target, files),
}))

async function fillStandIn(target: string, files: readonly string[]): Promise<void> {
  for (const name of files) {
    const command = name.startsWith('bin/')
    await mkdir(dirname(join(target, name)), { recursive: true })
    const text = command ? `#!/bin/sh\necho "${name}: a stand-in" >&2\nexit 1\n` : `# ${name}: a stand-in\n`
    await writeFile(join(target, name), text, { mode: command ? 0o755 : 0o644 })
  }
}
