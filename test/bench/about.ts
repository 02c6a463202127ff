import { availableParallelism } from 'node:os'

/** What stands above the tables: how they were taken. */
export function aboutPage(versions: Readonly<Record<string, string>>): string[] {
  const tools = Object.entries({ Node: process.versions.node, ...versions }).map(
    ([name, version]) => `${name} ${version}`,
  )
  return [
    '# As fast as the network allows',
    `\`npm run bench -- --write\` writes this page. It sets everything up by itself: the peers in their newest versions, archives of 90 MB, and hosts, which run on the same machine (${availableParallelism()} cores) as the tools do.`,
    `Versions: ${tools.join(', ')}. The runs of a row took turns on the same hosts. Every run is a fresh process without daemon or kept connection. CPU time and peak memory are those of all processes on the controller's side, processes that a run leaves behind included; memory that processes share counts once. A round trip is a wait for an answer on a session already open, of the host that had most of them, counted in a run of its own.`,
    'The scripts are what any tool needs at least: one connection and one shell per host, no care for anything that may go wrong. The plain one asks one question after the other, the batched one those of one kind in one process.',
  ]
}

/** What a row's figures rest on, or why they fall short. */
export const remarks: Readonly<Record<string, string>> = {
  a: 'The playbook gathers facts, as every playbook does that does not say otherwise, and nothing in it reads one: kplay asks for none then, and pyinfra asks for none either. With `-v`, where somebody may look at them, it gathers all.',
  b: `kplay watches a service for two seconds after a restart, zookeeper and then kafka, and the scripts wait as long; the other tools do not look again. While zookeeper is watched its hosts go on with what only puts files in place, and kafka is enabled; before it is started, and at the end, the watch is waited for. The goal of 1.2 times the bare script is reached. To be twice as fast as the fastest of the others is not, and cannot be by anything that watches what it started: even the script that starts the services, with no care for what may go wrong, takes more than half of that time. Told to watch nothing, as the others do, kplay comes near. All five hosts share the processors with the tools and the web server, and are busy all the time but for the watches: unpacking takes most of it, ext4 much of the rest, as it passes over the inodes of the files that were removed a moment ago.`,
}
