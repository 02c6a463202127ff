import { availableParallelism } from 'node:os'

/** What stands above the tables: how they were taken. */
export function aboutPage(versions: Readonly<Record<string, string>>, rounds: string): string[] {
  const tools = Object.entries({ Node: process.versions.node, ...versions }).map(
    ([name, version]) => `${name} ${version}`,
  )
  return [
    '# As fast as the network allows',
    `\`npm run bench -- --write\` writes this page. It sets everything up by itself: the peers in their newest versions, archives of 90 MB, and hosts, which run on the same machine (${availableParallelism()} cores) as the tools do.`,
    `Versions: ${tools.join(', ')}. Each figure is the median of ${rounds} runs, in which all took turns on the same hosts. Every run is a fresh process without daemon or kept connection. CPU time and peak memory are those of all processes on the controller's side, processes that a run leaves behind included; memory that processes share counts once. A round trip is a wait for an answer on a session already open, of the host that had most of them, counted in a run of its own.`,
    'The scripts are what any tool needs at least: one connection and one shell per host, no care for anything that may go wrong. The plain one asks one question after the other, the batched one those of one kind in one process.',
  ]
}
