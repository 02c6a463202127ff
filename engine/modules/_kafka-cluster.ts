import { askZookeeper, NotServing, type ZookeeperLink } from './_zookeeper-ask.ts'
import { NO_AUTH, NO_NODE, type ZookeeperReply, type ZookeeperRequest } from './_zookeeper-wire.ts'
import {
  assignmentIn,
  brokerIn,
  clusterIn,
  controllerIn,
  numberIn,
  stateIn,
  type Broker,
  type PartitionState,
} from './_kafka-znodes.ts'

export interface Cluster {
  /** There is a /brokers at all. */
  readonly exists: boolean
  /** Those that are registered, by id. */
  readonly brokers: ReadonlyMap<number, Broker>
  readonly controller: number | null
  readonly clusterId: string | null
  /** Sorted. */
  readonly topics: readonly string[]
}

export interface Partition {
  readonly topic: string
  readonly number: number
  readonly replicas: readonly number[]
  /** Undefined: nobody has led it yet. */
  readonly state: PartitionState | undefined
}

type Ask = (op: ZookeeperRequest['op'], path: string) => ZookeeperRequest

/** A server asked about what lies below a chroot. */
export interface Asked extends ZookeeperLink {
  readonly chroot: string
}

/** Throws NotServing, BadZnode. */
export async function readCluster(asked: Asked): Promise<Cluster> {
  const [brokers, ids, controller, cluster, topics] = await answers(asked, (ask) => [
    ask('exists', '/brokers'),
    ask('children', '/brokers/ids'),
    ask('data', '/controller'),
    ask('data', '/cluster/id'),
    ask('children', '/brokers/topics'),
  ])
  const numbers = (ids?.children ?? []).map((name) => numberIn('/brokers/ids', name)).sort((a, b) => a - b)
  const found = await answers(asked, (ask) => numbers.map((id) => ask('data', `/brokers/ids/${id}`)))
  return {
    exists: brokers !== undefined,
    // Who is gone by now is not registered.
    brokers: new Map(
      numbers.flatMap((id, index) => {
        const data = found[index]?.data
        return data ? [[id, brokerIn(`/brokers/ids/${id}`, data)] as const] : []
      }),
    ),
    controller: controller?.data ? controllerIn('/controller', controller.data) : null,
    clusterId: cluster?.data ? clusterIn('/cluster/id', cluster.data) : null,
    topics: [...(topics?.children ?? [])].sort(),
  }
}

/** All partitions of these topics, sorted. A topic that is gone by now has none. Throws NotServing, BadZnode. */
export async function readPartitions(asked: Asked, topics: readonly string[]): Promise<readonly Partition[]> {
  const assignments = await answers(asked, (ask) => topics.map((topic) => ask('data', `/brokers/topics/${topic}`)))
  const planned = topics.flatMap((topic, index) => {
    const data = assignments[index]?.data
    const rows = data ? [...assignmentIn(`/brokers/topics/${topic}`, data)] : []
    return rows.map(([number, replicas]) => ({ topic, number, replicas }))
  })
  const path = ({ topic, number }: { topic: string; number: number }): string =>
    `/brokers/topics/${topic}/partitions/${number}/state`
  const states = await answers(asked, (ask) => planned.map((each) => ask('data', path(each))))
  return planned.map((each, index) => {
    const data = states[index]?.data
    return { ...each, state: data && stateIn(path(each), data) }
  })
}

/** Undefined: nothing is at that path. */
async function answers(
  asked: Asked,
  requests: (ask: Ask) => readonly ZookeeperRequest[],
): Promise<readonly (ZookeeperReply | undefined)[]> {
  const all = requests((op, path) => ({ op, path: `${asked.chroot}${path}` }))
  const replies = await askZookeeper(asked, all)
  return replies.map((reply, index) => {
    if (reply.error === 0) return reply
    if (reply.error === NO_NODE) return undefined
    const path = all[index]?.path ?? ''
    const why = reply.error === NO_AUTH ? 'lets nobody read it without logging in' : `answers with error ${reply.error}`
    throw new NotServing(`${why}: ${path}`)
  })
}

export interface Health {
  /** `topic-partition`, in the order of the partitions. */
  readonly underReplicated: readonly string[]
  readonly offline: readonly string[]
  /** Every registered broker → partitions that it leads. */
  readonly leaders: ReadonlyMap<number, number>
}

/**
 * What ZooKeeper says of partitions is as old as the last controller's last deed: a broker that is not registered
 * neither leads nor keeps up, whatever stands there.
 */
export function judgePartitions(partitions: readonly Partition[], { brokers }: Cluster): Health {
  const name = ({ topic, number }: Partition): string => `${topic}-${number}`
  const leaderOf = ({ state }: Partition): number => (state && brokers.has(state.leader) ? state.leader : -1)
  const keepsUp = ({ state }: Partition, id: number): boolean => brokers.has(id) && (state?.isr.includes(id) ?? false)
  const leaders = new Map([...brokers.keys()].map((id) => [id, 0]))
  for (const each of partitions) {
    const leader = leaderOf(each)
    if (leader >= 0) leaders.set(leader, (leaders.get(leader) ?? 0) + 1)
  }
  return {
    underReplicated: partitions.filter((each) => !each.replicas.every((id) => keepsUp(each, id))).map(name),
    offline: partitions.filter((each) => leaderOf(each) < 0).map(name),
    leaders,
  }
}
