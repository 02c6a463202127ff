import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyTexts, type Archive } from './archive.ts'
import { copyJars, type Dependency } from './maven.ts'
import type { MirrorFolders } from './places.ts'

/** The release leaves these out as well; without jline the ZooKeeper shell reads plain lines. */
const without = [
  'javax.mail:mail',
  'javax.jms:jms',
  'com.sun.jdmk:jmxtools',
  'com.sun.jmx:jmxri',
  'jline:jline',
  'junit:junit',
  'io.netty:netty',
]

const jars = (version: string): readonly Dependency[] => [
  { artifact: `org.apache.kafka:kafka_2.11:${version}`, without },
  { artifact: `org.apache.kafka:kafka-tools:${version}`, without },
  { artifact: 'org.slf4j:slf4j-api:1.7.6' },
  { artifact: 'org.slf4j:slf4j-log4j12:1.7.6' },
  { artifact: 'log4j:log4j:1.2.17' },
]

/** Commands that only name a main class; those that also set a heap say so. */
const commands: Readonly<Record<string, { main: string; heap?: string }>> = {
  'kafka-topics.sh': { main: 'kafka.admin.TopicCommand' },
  'kafka-configs.sh': { main: 'kafka.admin.ConfigCommand' },
  'kafka-acls.sh': { main: 'kafka.admin.AclCommand' },
  'kafka-console-producer.sh': { main: 'kafka.tools.ConsoleProducer', heap: '-Xmx512M' },
  'kafka-console-consumer.sh': { main: 'kafka.tools.ConsoleConsumer', heap: '-Xmx512M' },
  'kafka-consumer-groups.sh': { main: 'kafka.admin.ConsumerGroupCommand' },
  'kafka-consumer-offset-checker.sh': { main: 'kafka.tools.ConsumerOffsetChecker' },
  'kafka-consumer-perf-test.sh': { main: 'kafka.tools.ConsumerPerformance', heap: '-Xmx512M' },
  'kafka-producer-perf-test.sh': { main: 'org.apache.kafka.tools.ProducerPerformance', heap: '-Xmx512M' },
  'kafka-mirror-maker.sh': { main: 'kafka.tools.MirrorMaker' },
  'kafka-preferred-replica-election.sh': { main: 'kafka.admin.PreferredReplicaLeaderElectionCommand' },
  'kafka-reassign-partitions.sh': { main: 'kafka.admin.ReassignPartitionsCommand' },
  'kafka-replay-log-producer.sh': { main: 'kafka.tools.ReplayLogProducer' },
  'kafka-replica-verification.sh': { main: 'kafka.tools.ReplicaVerificationTool' },
  'kafka-simple-consumer-shell.sh': { main: 'kafka.tools.SimpleConsumerShell' },
  'kafka-verifiable-producer.sh': { main: 'org.apache.kafka.tools.VerifiableProducer', heap: '-Xmx512M' },
  'zookeeper-security-migration.sh': { main: 'kafka.admin.ZkSecurityMigrator' },
}

export const kafka = describe('kafka', '0.9.0.1', '2016-02-12 00:00:00')
/** The version before it, with the same scripts: what brokers are switched to and back. */
export const earlierKafka = describe('kafka-0.9.0.0', '0.9.0.0', '2015-11-20 00:00:00')

function describe(name: string, version: string, date: string): Archive {
  const folder = `kafka_2.11-${version}`
  return {
    name,
    version,
    path: `kafka/${version}/${folder}.tgz`,
    folder,
    date,
    checksums: { sha256: 'gpg', sha512: 'gpg' },
    fill: (target, folders) => fillKafka(version, target, folders),
  }
}

async function fillKafka(version: string, target: string, folders: MirrorFolders): Promise<void> {
  await cp(await copyJars('kafka', jars(version), folders), join(target, 'libs'), { recursive: true })
  await copyTexts('kafka/config', join(target, 'config'), 0o644)
  await copyTexts('kafka/bin', join(target, 'bin'), 0o755)
  for (const [name, { main, heap }] of Object.entries(commands)) {
    await writeFile(join(target, 'bin', name), renderCommand(main, heap), { mode: 0o755 })
  }
}

function renderCommand(main: string, heap: string | undefined): string {
  const setHeap = heap === undefined ? '' : `export KAFKA_HEAP_OPTS="\${KAFKA_HEAP_OPTS:-${heap}}"\n`
  return `#!/bin/bash\n${setHeap}exec "$(dirname "$0")/kafka-run-class.sh" ${main} "$@"\n`
}
