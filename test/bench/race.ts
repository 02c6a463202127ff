import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { controlGroup } from './group.ts'
import { benchText } from './places.ts'

/** What one run of a command took. */
export interface Sample {
  readonly code: number
  /** Seconds. */
  readonly wall: number
  /** Seconds of all processes on the controller's side. */
  readonly cpu: number
  /** Bytes at the peak, of all these processes together. */
  readonly memory: number
  /** What it printed. */
  readonly output: string
  /** How often it spoke after it had heard something, logins included; where a proxy stands before the hosts. */
  readonly turns?: number
}

/** What makes a tool count its waits for an answer, and how many the host had that had most. */
export interface TripCounter {
  readonly env: Readonly<Record<string, string>>
  read(): Promise<number>
}

/** One that takes part in a row: a tool, or the bare script. */
export interface Contender {
  readonly name: string
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Makes hosts ready, untimed, before each run. */
  readonly before?: () => Promise<void>
  /** Throws when a run did not do what the row is about. */
  readonly check?: (sample: Sample) => void
  /** Round trips are counted in a run of their own, which is not timed. */
  readonly trips?: TripCounter
  /** How often it spoke after it had heard something, to the host that it did so most often. */
  readonly turns?: () => number
  /** Takes part in so many rounds only, as it takes minutes. */
  readonly rounds?: number
  /** An exit status other than 0 is an answer, too. */
  readonly mayFail?: boolean
}

export interface Timing {
  readonly folder: string
  readonly python: string
}

/** Runs a command once, in a fresh process and a control group of its own. Its output goes to a file, as in a pipeline. */
export async function timed({ folder, python }: Timing, contender: Contender): Promise<Sample> {
  const { command, cwd, env } = contender
  const [report, said] = [join(folder, 'took.json'), join(folder, 'said.txt')]
  const output = openSync(said, 'w')
  const words = [benchText('measure.py'), controlGroup(), report, ...command]
  const child = spawn(python, words, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', output, output] })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  closeSync(output)
  const text = await readFile(said, 'utf8')
  if (code !== 0) throw new Error(`${contender.name} could not be measured: ${text.slice(-2000)}`)
  const sample = { ...(JSON.parse(await readFile(report, 'utf8')) as Omit<Sample, 'output'>), output: text }
  if (sample.code !== 0 && !contender.mayFail) {
    throw new Error(`${contender.name} exits with ${sample.code}: ${command.join(' ')}\n${text.slice(-4000)}`)
  }
  contender.check?.(sample)
  return contender.turns ? { ...sample, turns: contender.turns() } : sample
}

export interface Figures {
  readonly samples: readonly Sample[]
  readonly trips?: number
}

/** Lets all run in turns, round after round. */
export async function race(
  timing: Timing,
  contenders: readonly Contender[],
  rounds: number,
  tell: (name: string, sample: Sample) => void,
): Promise<ReadonlyMap<string, Figures>> {
  const figures = new Map<string, Figures>()
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const { name, rounds: own = rounds } = contender
      if (round >= own) continue
      await contender.before?.()
      const sample = await timed(timing, contender)
      figures.set(name, { samples: [...(figures.get(name)?.samples ?? []), sample] })
      tell(name, sample)
    }
  }
  for (const contender of contenders) {
    const { name, trips, env } = contender
    if (!trips) continue
    await contender.before?.()
    await timed(timing, { ...contender, env: { ...env, ...trips.env } })
    figures.set(name, { samples: figures.get(name)?.samples ?? [], trips: await trips.read() })
  }
  return figures
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2
}
