import { Asker } from './asker.ts'
import { kernelPath } from './kernel-key.ts'
import { accountQuestion, groupQuestion } from './questions/accounts.ts'
import { blockDeviceQuestion } from './questions/devices.ts'
import type { DigestMemory } from './digest-memory.ts'
import { contentQuestion } from './questions/content.ts'
import { digestQuestion } from './questions/digest.ts'
import { dialQuestion, dialSubject } from './questions/dial.ts'
import { extractionQuestion } from './questions/extraction.ts'
import { childrenQuestion, globQuestion, treeQuestion } from './questions/folder.ts'
import { mountsQuestion, sysctlQuestion } from './questions/kernel.ts'
import { journalQuestion, tailQuestion } from './questions/logs.ts'
import { candidateQuestion, packageQuestion } from './questions/packages.ts'
import { realpathQuestion, toolQuestion } from './questions/path.ts'
import { listeningQuestion, processQuestion } from './questions/processes.ts'
import { managerQuestion, unitFilesReadQuestion, unitName, unitQuestion } from './questions/services.ts'
import { lstatQuestion, statFollowedQuestion } from './questions/stat.ts'
import { superblockQuestion } from './questions/superblock.ts'
import { DIGEST_DIGITS, type Algorithm, type Reader } from './reader.ts'
import type { Session } from './session.ts'

const LIMIT = 16 * 1024 * 1024
const TREE_LIMIT = 100_000
const ALGORITHMS = Object.keys(DIGEST_DIGITS) as readonly Algorithm[]

/** A reader that also forgets: whoever changes the machine, or lets it change, says so. */
export interface ForgetfulReader extends Reader {
  forget(): void
}

/**
 * The reader over a session. Questions of one turn of the event loop travel in one frame, answers are kept until
 * `forget()`; what changes by itself (processes, sockets, logs, a dialled port, an asked command) is never kept.
 */
export function makeReader(session: Session, memory?: DigestMemory): ForgetfulReader {
  const asker = new Asker(session)
  const digests = new Map(ALGORITHMS.map((algorithm) => [algorithm, digestQuestion(algorithm, memory)]))
  const bytes = (path: string, limit = LIMIT) => asker.ask(contentQuestion, { path, limit })
  return {
    lstat: (path) => asker.ask(lstatQuestion, path),
    stat: (path) => asker.ask(statFollowedQuestion, path),
    realpath: (path) => asker.ask(realpathQuestion, path),
    readText: async (path, limit) => (await bytes(path, limit))?.toString('utf8'),
    readBytes: bytes,
    digest: (path, algorithm) => asker.ask(digests.get(algorithm) ?? digestQuestion(algorithm), path),
    children: (path) => asker.ask(childrenQuestion, path),
    tree: (path, limit = TREE_LIMIT) => asker.ask(treeQuestion, { path, limit }),
    glob: (pattern) => asker.ask(globQuestion, pattern),
    tool: (...names) => asker.ask(toolQuestion, names),

    sysctl: (key) => asker.ask(sysctlQuestion, kernelPath(key)),
    serviceManager: () => asker.ask(managerQuestion, ''),
    unitFilesRead: () => asker.ask(unitFilesReadQuestion, ''),
    unit: (name) => asker.ask(unitQuestion, unitName(name)),
    account: (name) => asker.ask(accountQuestion, name),
    group: (name) => asker.ask(groupQuestion, name),
    package: (name) => asker.ask(packageQuestion, name),
    candidate: (name) => asker.ask(candidateQuestion, name),
    mounts: () => asker.ask(mountsQuestion, ''),
    blockDevice: (path) => asker.ask(blockDeviceQuestion, path),
    superblock: (device) => asker.ask(superblockQuestion, device),
    extraction: (stampPath, destination) => asker.ask(extractionQuestion, { stampPath, destination }),
    process: (pid) => asker.ask(processQuestion, pid),
    listening: () => asker.ask(listeningQuestion, ''),
    tail: (path, lines) => asker.ask(tailQuestion, { of: path, lines }),
    journal: (unit, lines) => asker.ask(journalQuestion, { of: unit, lines }),
    dial: (address, port, options) => asker.ask(dialQuestion, dialSubject(address, port, options)),
    ask: (command, options) => session.step(command, options),
    forget: () => asker.forget(),
  }
}
