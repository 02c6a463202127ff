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
import { statQuestion } from './questions/stat.ts'
import type { Question } from './questions/question.ts'
import { superblockQuestion } from './questions/superblock.ts'
import { DIGEST_DIGITS, type Algorithm, type Reader } from './reader.ts'
import type { Session } from './session.ts'

const LIMIT = 16 * 1024 * 1024
const TREE_LIMIT = 100_000
const ALGORITHMS = Object.keys(DIGEST_DIGITS) as readonly Algorithm[]

/** A reader that also forgets: whoever changes the machine, or lets it change, says so. */
export interface ForgetfulReader extends Reader {
  forget(): void
  /** Forgets what was asked before that time, of performance.now(). */
  forgetBefore(time: number): void
  /** When the answer was asked that was given last. */
  readonly usedAt: number
}

/**
 * The reader over a session. Questions of one turn of the event loop travel in one frame, answers are kept until
 * `forget()`; what changes by itself is kept for a moment (sockets, a dialled port) or not at all (processes, logs, an
 * asked command).
 */
export function makeReader(session: Session, memory?: DigestMemory): ForgetfulReader {
  const asker = new Asker(session)
  const digests = new Map(ALGORITHMS.map((algorithm) => [algorithm, digestQuestion(algorithm, memory)]))
  const questions = (ahead: boolean): Reader => {
    const ask = <S, A>(question: Question<S, A>, subject: S): Promise<A> => asker.ask(question, subject, ahead)
    const bytes = (path: string, limit = LIMIT) => ask(contentQuestion, { path, limit })
    return {
      lstat: (path) => ask(statQuestion, { path, follow: false }),
      stat: (path) => ask(statQuestion, { path, follow: true }),
      realpath: (path) => ask(realpathQuestion, path),
      readText: async (path, limit) => (await bytes(path, limit))?.toString('utf8'),
      readBytes: bytes,
      digest: (path, algorithm) => ask(digests.get(algorithm) ?? digestQuestion(algorithm), path),
      knownDigest: (path, algorithm) => memory?.get(path, algorithm),
      children: (path) => ask(childrenQuestion, path),
      tree: (path, limit = TREE_LIMIT) => ask(treeQuestion, { path, limit }),
      glob: (pattern) => ask(globQuestion, pattern),
      tool: (...names) => ask(toolQuestion, names),

      sysctl: (key) => ask(sysctlQuestion, kernelPath(key)),
      serviceManager: () => ask(managerQuestion, ''),
      unitFilesRead: () => ask(unitFilesReadQuestion, ''),
      unit: (name) => ask(unitQuestion, unitName(name)),
      account: (name) => ask(accountQuestion, name),
      group: (name) => ask(groupQuestion, name),
      package: (name) => ask(packageQuestion, name),
      candidate: (name) => ask(candidateQuestion, name),
      mounts: () => ask(mountsQuestion, ''),
      blockDevice: (path) => ask(blockDeviceQuestion, path),
      superblock: (device) => ask(superblockQuestion, device),
      extraction: (stampPath, destination) => ask(extractionQuestion, { stampPath, destination }),
      process: (pid) => ask(processQuestion, pid),
      listening: () => ask(listeningQuestion, ''),
      tail: (path, lines) => ask(tailQuestion, { of: path, lines }),
      journal: (unit, lines) => ask(journalQuestion, { of: unit, lines }),
      dial: (address, port, options) => ask(dialQuestion, dialSubject(address, port, options)),
      ask: (command, options) => session.step(command, options),
    }
  }
  return {
    ...questions(false),
    ahead: questions(true),
    forget: () => asker.forget(),
    forgetBefore: (time) => asker.forgetBefore(time),
    get usedAt() {
      return asker.usedAt
    },
  }
}
