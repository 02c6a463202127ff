export interface ZookeeperServer {
  readonly host: string
  readonly port: number
  /** As it was written, with its port. */
  readonly name: string
}

export interface Ensemble {
  readonly servers: readonly ZookeeperServer[]
  /** What stands before every path: empty, or `/kafka`. */
  readonly chroot: string
}

/** The client port when none is given, as in ZooKeeper's own clients. */
const PORT = 2181

/**
 * ZooKeeper's connection string, as in Kafka's `zookeeper.connect`: `host:port,host:port/chroot`, IPv6 addresses in
 * brackets. A text says what is wrong with it.
 */
export function ensembleIn(text: string): Ensemble | string {
  const slash = text.indexOf('/')
  const [names, chroot] = slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash).trimEnd()]
  if (chroot.length > 1 && !/^(\/(?!\.{1,2}(\/|$))[^/\0-\x20]+)+$/.test(chroot))
    return `"${chroot}" is no path of ZooKeeper`
  if (chroot.includes(',')) return `"${chroot}" stands once, at the end, for all servers`
  const servers: ZookeeperServer[] = []
  for (const name of names.split(',').map((each) => each.trim())) {
    const server = serverIn(name)
    if (!server) return `"${name}" is not host:port`
    servers.push(server)
  }
  return { servers, chroot: chroot.length > 1 ? chroot : '' }
}

function serverIn(name: string): ZookeeperServer | undefined {
  const [, bracketed, bare, written] =
    /^(?:\[([\da-fA-F:.%]+)\]|([^-:[\]\0-\x20][^:[\]\0-\x20]*))(?::(\d+))?$/.exec(name) ?? []
  const host = bracketed ?? bare
  const port = Number(written ?? PORT)
  if (host === undefined || port < 1 || port > 65_535) return undefined
  return { host, port, name: written === undefined ? `${name}:${port}` : name }
}
