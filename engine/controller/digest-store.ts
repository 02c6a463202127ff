import { z } from 'zod'
import type { DigestMemory } from '../host/digest-memory.ts'
import type { KnownDigest } from '../host/reader.ts'
import { KeptTexts } from './kept-texts.ts'

/** Files of one machine that are remembered; the oldest are forgotten first. */
const MOST = 1000

const stored = z.record(z.string(), z.strictObject({ stamp: z.string(), hex: z.string().regex(/^[0-9a-f]+$/) }))

/** Digests of hosts' big files, kept from run to run: one file for each machine. What cannot be read or written is done without. */
export class DigestStore {
  readonly #texts: KeptTexts
  readonly #machines = new Map<string, Map<string, KnownDigest>>()
  readonly #news = new Set<string>()

  constructor(folder: string) {
    this.#texts = new KeptTexts(folder)
  }

  of(machine: string): DigestMemory {
    const all = (): Map<string, KnownDigest> => {
      const known = this.#machines.get(machine) ?? this.#read(machine)
      this.#machines.set(machine, known)
      return known
    }
    return {
      get: (path, algorithm) => all().get(`${algorithm} ${path}`),
      keep: (path, algorithm, digest) => {
        const key = `${algorithm} ${path}`
        all().delete(key)
        all().set(key, digest)
        this.#news.add(machine)
      },
    }
  }

  save(): void {
    for (const machine of this.#news) {
      const entries = [...(this.#machines.get(machine) ?? [])].slice(-MOST)
      this.#texts.keep(machine, JSON.stringify(Object.fromEntries(entries)))
    }
    this.#news.clear()
  }

  #read(machine: string): Map<string, KnownDigest> {
    try {
      return new Map(Object.entries(stored.parse(JSON.parse(this.#texts.get(machine) ?? '{}'))))
    } catch {
      return new Map()
    }
  }
}
