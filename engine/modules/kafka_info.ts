import { defineRead, type ReadAnswer, type ResultValues } from '../module/define.ts'
import { flag, float, text, whole } from '../schema/field.ts'
import { judgePartitions, readCluster, readPartitions, type Asked, type Cluster } from './_kafka-cluster.ts'
import { BadZnode } from './_kafka-znodes.ts'
import { ensembleIn } from './_zookeeper-address.ts'
import { NotServing } from './_zookeeper-ask.ts'

export const kafkaInfo = defineRead({
  name: 'kafka_info',
  summary: 'Tells which brokers a Kafka cluster has, and which partitions lack replicas, as its ZooKeeper knows it.',
  notes: `It speaks with ZooKeeper (3.4 or later) itself: no Java is started, and the host needs only what can open a connection (bash, perl, python3 or nc). The servers are asked in turn until one serves. Each connection is a session that ends at once, and beginning one takes a majority of the ensemble: an answer is never that of a ZooKeeper that has lost its quorum.

The result has

- \`exists\`: whether a Kafka was ever here, that is, whether there is a \`/brokers\` below the chroot;
- \`brokers\`: the registered ones, id (as text) → \`host\`, \`port\`, \`endpoints\`, \`rack\` and \`timestamp\` (of its registration, milliseconds since 1970);
- \`broker\`: that of \`broker_id\`, or null when it is not registered;
- \`controller\`: the controller's id, or null;
- \`cluster_id\`: the cluster's id, or null before Kafka 0.10.1;
- \`topics\`: how many topics there are;
- \`server\`: which ZooKeeper answered.

With \`partitions\`, and where there is a Kafka, it also has

- \`partitions\`: how many partitions there are;
- \`under_replicated\`: sorted list of \`topic-partition\`, those with a replica that does not keep up: it is not in sync, or its broker is not registered;
- \`offline\`: those without a leader, or whose leader is not registered;
- \`leaders\`: id (as text) of each registered broker → how many partitions it leads.

A question that fails has none of them, so that \`until\` should begin with \`… is success\`.`,
  args: {
    zookeeper: text({
      help: "Kafka's `zookeeper.connect`: `host:port,host:port/chroot`. Without a port 2181; IPv6 addresses stand in brackets.",
    }),
    broker_id: whole({ optional: true, help: 'Number of the broker that `broker` is about.' }),
    partitions: flag({ default: false, help: 'Look at the partitions of all topics, too.' }),
    timeout: float({ default: 5, help: 'Seconds that one connection may take.' }),
  },
  examples: [
    {
      title: 'Whether a broker is registered',
      args: { zookeeper: 'zookeeper1:2181,zookeeper2:2181/kafka', broker_id: 1 },
    },
    {
      title:
        'All replicas in sync, before the next broker is restarted: with `register: kafka`, `until: kafka is success and kafka.under_replicated | length == 0`, `retries` and `delay`',
      args: { zookeeper: 'zookeeper1:2181,zookeeper2:2181,zookeeper3:2181', partitions: true },
    },
  ],

  rule({ zookeeper, broker_id, timeout }) {
    const ensemble = ensembleIn(zookeeper)
    if (typeof ensemble === 'string') return `zookeeper: ${ensemble}`
    if (broker_id !== undefined && broker_id < 0) return `${broker_id} is no number of a broker`
    return timeout > 0 ? undefined : 'timeout must be more than 0'
  },

  async read({ zookeeper, broker_id, partitions, timeout }, reader): Promise<ReadAnswer> {
    const ensemble = ensembleIn(zookeeper)
    if (typeof ensemble === 'string') return { values: {}, failed: ensemble }
    const silent: string[] = []
    for (const server of ensemble.servers) {
      try {
        const asked = { reader, server, timeout, chroot: ensemble.chroot }
        const cluster = await readCluster(asked)
        const health = partitions && cluster.exists ? await healthOf(asked, cluster) : {}
        return { values: { ...valuesOf(cluster, broker_id), ...health, server: server.name } }
      } catch (error) {
        if (error instanceof BadZnode) return { values: {}, failed: error.message, hint: BAD_HINT }
        if (!(error instanceof NotServing)) throw error
        silent.push(`${server.name}: ${error.message}`)
      }
    }
    return { values: {}, failed: `no ZooKeeper serves: ${silent.join('; ')}`, hint: SILENT_HINT }
  },
})

const SILENT_HINT = 'a ZooKeeper that is up serves only as one of a majority of its ensemble'
const BAD_HINT = 'see that the chroot at the end of `zookeeper` is that of a Kafka'

function valuesOf({ exists, brokers, controller, clusterId, topics }: Cluster, id: number | undefined): ResultValues {
  const found = id === undefined ? undefined : brokers.get(id)
  return {
    exists,
    brokers: Object.fromEntries([...brokers].map(([number, broker]) => [number, { ...broker }])),
    broker: found ? { ...found } : null,
    controller,
    cluster_id: clusterId,
    topics: topics.length,
  }
}

async function healthOf(asked: Asked, cluster: Cluster): Promise<ResultValues> {
  const all = await readPartitions(asked, cluster.topics)
  const { underReplicated, offline, leaders } = judgePartitions(all, cluster)
  return { partitions: all.length, under_replicated: underReplicated, offline, leaders: Object.fromEntries(leaders) }
}
