import { describe, expect, test } from 'vitest'
import type { Plain } from '../../engine/value.ts'
import { properties, renderRoleTemplate, roleScope, valueIn } from './render.ts'

type Given = Readonly<Record<string, Plain>>
const HOSTS = { h1: { zookeeper_id: 1 }, h2: { zookeeper_id: 2 }, h3: { zookeeper_id: 9, zookeeper_host: '10.0.0.3' } }
const JDK = { stat: { exists: true, lnk_source: '/opt/jdk-1' } }

describe('server.properties', () => {
  const settings = (given: Given = {}): Readonly<Record<string, string>> =>
    properties(
      renderRoleTemplate('kafka', 'server.properties.j2', roleScope('kafka', { kafka_broker_id: 7, ...given }, HOSTS)),
    )

  test('holds what a broker needs, in a line of its own each', () => {
    expect(settings()).toEqual({
      'broker.id': '7',
      port: '9092',
      'advertised.host.name': 'h1',
      'advertised.port': '9092',
      'zookeeper.connect': 'h1:2181,h2:2181,10.0.0.3:2181',
      'log.dirs': '/data/kafka-logs',
      'num.recovery.threads.per.data.dir': '1',
      'auto.create.topics.enable': 'true',
      'num.partitions': '1',
      'default.replication.factor': '1',
      'min.insync.replicas': '1',
      'unclean.leader.election.enable': 'true',
      'log.retention.hours': '168',
      'log.retention.bytes': '-1',
      'log.segment.bytes': '1073741824',
      'log.roll.hours': '168',
      'message.max.bytes': '1000012',
      'replica.fetch.max.bytes': '1048576',
    })
  })

  test('every setting has a variable', () => {
    const given = {
      kafka_port: 19092,
      kafka_advertised_host_name: 'broker',
      kafka_advertised_port: 29092,
      kafka_zookeeper_connect: 'zk1:2181,zk2:2182',
      kafka_zookeeper_chroot: '/a/b',
      kafka_log_dirs: ['/d1/k', '/d2/k'],
      kafka_num_recovery_threads_per_data_dir: 2,
      kafka_auto_create_topics_enable: false,
      kafka_num_partitions: 3,
      kafka_default_replication_factor: 2,
      kafka_min_insync_replicas: 2,
      kafka_unclean_leader_election_enable: false,
      kafka_log_retention_ms: 1,
      kafka_log_retention_minutes: 2,
      kafka_log_retention_hours: 3,
      kafka_log_retention_bytes: 4,
      kafka_log_segment_bytes: 5,
      kafka_log_roll_ms: 6,
      kafka_log_roll_hours: 7,
      kafka_message_max_bytes: 8,
      kafka_replica_fetch_max_bytes: 9,
      kafka_extra_properties: { 'num.io.threads': 4, 'delete.topic.enable': true, 'some.path': 'C:\\x' },
    }
    expect(settings(given)).toMatchObject({
      port: '19092',
      'advertised.host.name': 'broker',
      'advertised.port': '29092',
      'zookeeper.connect': 'zk1:2181,zk2:2182/a/b',
      'log.dirs': '/d1/k,/d2/k',
      'num.recovery.threads.per.data.dir': '2',
      'auto.create.topics.enable': 'false',
      'num.partitions': '3',
      'default.replication.factor': '2',
      'min.insync.replicas': '2',
      'unclean.leader.election.enable': 'false',
      'log.retention.ms': '1',
      'log.retention.minutes': '2',
      'log.retention.hours': '3',
      'log.retention.bytes': '4',
      'log.segment.bytes': '5',
      'log.roll.ms': '6',
      'log.roll.hours': '7',
      'message.max.bytes': '8',
      'replica.fetch.max.bytes': '9',
      'num.io.threads': '4',
      'delete.topic.enable': 'true',
      'some.path': 'C:\\\\x',
    })
  })

  test.each([
    [{ kafka_log_segment_ms: 5000 }, { 'log.roll.ms': '5000', 'log.roll.hours': '168' }],
    [{ kafka_log_segment_minutes: 2 }, { 'log.roll.ms': '120000' }],
    [{ kafka_log_segment_hours: 24 }, { 'log.roll.hours': '24' }],
    [{ kafka_extra_properties: { 'log.segment.ms': 70 } }, { 'log.roll.ms': '70' }],
    [{ kafka_extra_properties: { 'log.segment.hours': 7 } }, { 'log.roll.hours': '7' }],
  ])('%j is written as the broker reads it', (given, expected) => {
    const written = settings(given)
    expect(written).toMatchObject(expected)
    expect(Object.keys(written).filter((key) => key.startsWith('log.segment.'))).toEqual(['log.segment.bytes'])
  })

  test('a yes or no may be given as text', () => {
    const given = { kafka_auto_create_topics_enable: 'no', kafka_unclean_leader_election_enable: 'False' }
    expect(settings(given)).toMatchObject({
      'auto.create.topics.enable': 'false',
      'unclean.leader.election.enable': 'false',
    })
  })

  test('what stands among the further settings wins', () => {
    expect(settings({ kafka_extra_properties: { 'num.partitions': 12 } })['num.partitions']).toBe('12')
  })
})

describe('zoo.cfg', () => {
  const settings = (given: Given = {}): Readonly<Record<string, string>> =>
    properties(renderRoleTemplate('zookeeper', 'zoo.cfg.j2', roleScope('zookeeper', given, HOSTS)))

  test('lists the servers by their own numbers', () => {
    expect(settings()).toEqual({
      tickTime: '2000',
      initLimit: '10',
      syncLimit: '5',
      dataDir: '/data/zookeeper',
      dataLogDir: '/data/zookeeper',
      clientPort: '2181',
      maxClientCnxns: '60',
      'autopurge.snapRetainCount': '3',
      'autopurge.purgeInterval': '24',
      'server.1': 'h1:2888:3888',
      'server.2': 'h2:2888:3888',
      'server.9': '10.0.0.3:2888:3888',
    })
  })

  test('takes further settings', () => {
    const given = { zookeeper_extra_properties: { leaderServes: false, forceSync: 'yes' }, zookeeper_client_port: 2182 }
    expect(settings(given)).toMatchObject({ leaderServes: 'false', forceSync: 'yes', clientPort: '2182' })
  })
})

describe('services', () => {
  const kafka = (given: Given = {}): ReturnType<typeof roleScope> => roleScope('kafka', { kafka_jdk: JDK, ...given })
  const zookeeper = (given: Given = {}): ReturnType<typeof roleScope> =>
    roleScope('zookeeper', { zookeeper_jdk: JDK, ...given })

  test('an environment file says what Java, which heap, where logs go', () => {
    expect(properties(renderRoleTemplate('kafka', 'environment.j2', kafka()))).toMatchObject({
      JAVA_HOME: '"/opt/jdk-1"',
      KAFKA_HEAP_OPTS: '"-Xms1G -Xmx1G"',
      KAFKA_JVM_PERFORMANCE_OPTS: expect.stringMatching(
        /UseG1GC.*MaxGCPauseMillis=20 .*OccupancyPercent=35 /,
      ) as string,
      LOG_DIR: '"/var/log/kafka"',
    })
    expect(renderRoleTemplate('kafka', 'environment.j2', kafka({ kafka_gc_log_options: '-Xloggc:x' }))).toContain(
      'KAFKA_GC_LOG_OPTS="-Xloggc:x"',
    )
    const given = { zookeeper_heap: '1G', zookeeper_jvm_options: '-Dx=1' }
    expect(properties(renderRoleTemplate('zookeeper', 'environment.j2', zookeeper(given)))).toMatchObject({
      JVMFLAGS: '"-Xms1G -Xmx1G -Dx=1"',
      ZOO_LOG_DIR: '"/var/log/zookeeper"',
    })
  })

  test('a start script writes no log of the garbage collector where that is not wanted', () => {
    const start = (given: Given): string => renderRoleTemplate('kafka', 'kplay-broker.j2', kafka(given))
    expect(start({})).toContain('gc_log "$LOG_DIR/gc.log"')
    expect(start({ kafka_gc_log: 'false' })).not.toContain('gc_log "$LOG_DIR/gc.log"')
    const server = renderRoleTemplate('zookeeper', 'kplay-server.j2', zookeeper({ zookeeper_gc_log: 'false' }))
    expect(server).not.toContain('gc_log "$ZOO_LOG_DIR')
  })

  test('units run in the foreground, with limits, and wait for their disks', () => {
    const unit = renderRoleTemplate('kafka', 'kafka.service.j2', kafka({ kafka_log_dirs: ['/d1/k', '/d2/k'] }))
    expect(unit).toMatchInlineSnapshot(`
      "# Written by kplay's role kafka: changes made here are lost with its next run.
      [Unit]
      Description=Apache Kafka broker
      After=network-online.target zookeeper.service
      Wants=network-online.target
      RequiresMountsFor=/d1/k /d2/k /var/log/kafka

      [Service]
      User=kafka
      Group=kafka
      EnvironmentFile=/etc/default/kafka
      WorkingDirectory=/var/log/kafka
      ExecStart=/home/programs/kafka_2.11-0.9.0.1/bin/kplay-broker
      SuccessExitStatus=143
      LimitNOFILE=100000
      TimeoutStopSec=180
      Restart=on-failure
      RestartSec=10

      [Install]
      WantedBy=multi-user.target
      "
    `)
    expect(renderRoleTemplate('zookeeper', 'zookeeper.service.j2', zookeeper())).toMatchInlineSnapshot(`
      "# Written by kplay's role zookeeper: changes made here are lost with its next run.
      [Unit]
      Description=Apache ZooKeeper
      After=network-online.target
      Wants=network-online.target
      RequiresMountsFor=/data/zookeeper /var/log/zookeeper

      [Service]
      User=zookeeper
      Group=zookeeper
      EnvironmentFile=/etc/default/zookeeper
      WorkingDirectory=/var/log/zookeeper
      ExecStart=/home/programs/zookeeper-3.4.6/bin/kplay-server
      SuccessExitStatus=143
      LimitNOFILE=65536
      TimeoutStopSec=180
      Restart=on-failure
      RestartSec=10

      [Install]
      WantedBy=multi-user.target
      "
    `)
  })
})

describe('where archives come from', () => {
  test.each([
    ['kafka', 'sha256:db28f4d5a9327711013c26632baed8e905ce2f304df89a345f25a6dfca966c7a'],
    ['zookeeper', 'sha256:01b3938547cd620dc4c93efe07c0360411f4a66962a70500b163b59014046994'],
    ['scala', ''],
  ])('%s: upstream, with the digest that is known', (role, checksum) => {
    const scope = roleScope(role, {})
    expect(valueIn(scope, `${role}_archive_url`)).toMatch(
      /^https:\/\/(archive\.apache\.org\/dist|downloads\.lightbend\.com)\//,
    )
    expect(valueIn(scope, `${role}_archive_checksum`)).toBe(checksum)
  })

  test.each([
    ['kafka', 'http://m/kafka/0.9.0.1/kafka_2.11-0.9.0.1.tgz'],
    ['zookeeper', 'http://m/zookeeper/zookeeper-3.4.6/zookeeper-3.4.6.tar.gz'],
    ['scala', 'http://m/scala/2.11.0/scala-2.11.0.tgz'],
  ])('%s: a mirror brings its own', (role, url) => {
    const scope = roleScope(role, { mirror: 'http://m' })
    expect(valueIn(scope, `${role}_archive_url`)).toBe(url)
    expect(valueIn(scope, `${role}_archive_checksum`)).toBe(`sha256:${url}.sha256`)
  })

  test('another version is checked against the file beside its archive', () => {
    const scope = roleScope('kafka', { kafka_version: '0.9.0.0' })
    expect(valueIn(scope, 'kafka_archive_checksum')).toBe(
      'sha512:https://archive.apache.org/dist/kafka/0.9.0.0/kafka_2.11-0.9.0.0.tgz.sha512',
    )
  })

  test('the JDK has none but those of a mirror and the user', () => {
    const checksum = (given: Given): Plain => valueIn(roleScope('java', given), 'java_archive_checksum')
    expect(checksum({ java_archive_url: 'http://x/jdk.tgz' })).toBe('')
    expect(checksum({ java_archive_url: 'http://x/jdk.tgz', mirror: 'http://m' })).toBe('')
    expect(checksum({ java_archive_url: 'http://m/jdk.tgz', mirror: 'http://m' })).toBe(
      'sha256:http://m/jdk.tgz.sha256',
    )
  })
})
