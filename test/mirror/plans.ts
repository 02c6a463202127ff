import type { Archive } from './archive.ts'
import { findJava, type JavaMajor } from './java.ts'
import { earlierKafka, kafka } from './kafka.ts'
import { peers } from './peers.ts'
import type { MirrorFolders } from './places.ts'
import { scala } from './scala.ts'
import { laterZooKeeper, zookeeper } from './zookeeper.ts'

/** How to come by one archive. */
export interface Plan {
  readonly name: string
  /** The file here, and the folder below `files`, that it is made from. */
  readonly source: string
  /** Few need it, and it takes long: it is built only when all is asked for. */
  readonly onlyWhenAsked?: boolean
  define(folders: MirrorFolders, say: (line: string) => void): Archive | Promise<Archive>
}

/** Everything that the mirror can hold. */
export const plans: readonly Plan[] = [
  plan(kafka, 'kafka'),
  plan(zookeeper, 'zookeeper'),
  plan(scala, 'scala'),
  ...peers.map((archive) => plan(archive, 'peers')),
  planJava('java', 8),
  // The other one of each pair that versions are switched between.
  { ...plan(earlierKafka, 'kafka'), onlyWhenAsked: true },
  { ...plan(laterZooKeeper, 'zookeeper'), onlyWhenAsked: true },
  { ...planJava('java-17', 17), onlyWhenAsked: true },
]

function plan(archive: Archive, source: string): Plan {
  return { name: archive.name, source, define: () => archive }
}

/** Its version is known only once it is found, so it is looked for only when it is to be built. */
function planJava(name: string, major: JavaMajor): Plan {
  return { name, source: 'java', define: (folders, say) => findJava(major, folders, say) }
}
