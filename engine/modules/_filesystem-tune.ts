import { KplayError } from '../errors.ts'
import { splitWords } from '../host/split-words.ts'

/** Options of tune2fs(8) that can be read back from the super block. */
export interface Tuning {
  /** Per cent of the blocks that only root may fill. */
  readonly reserved?: number
  readonly 'reserved blocks'?: number
  /** Seconds between checks; 0: never. */
  readonly 'check interval'?: number
  /** Mounts between checks; -1: never. */
  readonly 'maximum mounts'?: number
  readonly errors?: string
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, '': 86_400, d: 86_400, w: 604_800, m: 2_592_000 }

const READERS: Readonly<Record<string, (value: string) => Tuning | undefined>> = {
  '-m': (value) => (/^\d+(\.\d+)?$/.test(value) && Number(value) <= 50 ? { reserved: Number(value) } : undefined),
  '-r': (value) => (/^\d+$/.test(value) ? { 'reserved blocks': Number(value) } : undefined),
  '-i': (value) => {
    const [, digits, unit = ''] = /^(\d+)([sdwm]?)$/.exec(value) ?? []
    return digits === undefined ? undefined : { 'check interval': Number(digits) * (SECONDS[unit] ?? 0) }
  },
  '-c': (value) => (/^-?\d+$/.test(value) ? { 'maximum mounts': Math.max(Number(value), 0) || -1 } : undefined),
  '-e': (value) => (/^(continue|remount-ro|panic)$/.test(value) ? { errors: value } : undefined),
}

/** `-m 0 -i 0 -c -1`, as tune2fs takes it. Throws BAD_ARGS for anything that could not be compared. */
export function readTuning(words: string | undefined): Tuning {
  const list = splitWords(words ?? '')
  let tuning: Tuning = {}
  for (let at = 0; at < list.length; at += 2) {
    const [option = '', value = ''] = [list[at], list[at + 1]]
    const read = READERS[option]?.(value)
    if (!read)
      throw new KplayError('BAD_ARGS', `tune: cannot read \`${option} ${value}\``, {
        hint: `it takes ${Object.keys(READERS).join(', ')}, each with a value, as tune2fs does`,
      })
    tuning = { ...tuning, ...read }
  }
  return tuning
}

const ERRORS: Readonly<Record<string, string>> = {
  Continue: 'continue',
  'Remount read-only': 'remount-ro',
  Panic: 'panic',
}

/** The same from a super block, in the words of `readTuning`. Of a share, what was asked for when that rounds to it. */
export function tuningOf(superblock: ReadonlyMap<string, string>, wanted: Tuning): Required<Tuning> {
  const number = (key: string): number => Number.parseInt(superblock.get(key) ?? '0', 10)
  const [blocks, reserved] = [number('Block count'), number('Reserved block count')]
  const share = wanted.reserved ?? 0
  const rounds = Math.abs(reserved - Math.floor((blocks * share) / 100)) <= 1
  return {
    reserved: rounds ? share : Math.round((reserved / Math.max(blocks, 1)) * 10_000) / 100,
    'reserved blocks': reserved,
    'check interval': number('Check interval'),
    'maximum mounts': Math.max(number('Maximum mount count'), 0) || -1,
    errors: ERRORS[superblock.get('Errors behavior') ?? ''] ?? 'continue',
  }
}

/** What a super block will say once it is tuned so: the other way round. */
export function tunedSuperblock(blocks: number, tuning: Tuning): Record<string, string> {
  const { reserved, errors } = tuning
  const entries: readonly (readonly [string, string | number | undefined])[] = [
    ['Block count', blocks],
    ['Reserved block count', tuning['reserved blocks'] ?? Math.floor((blocks * (reserved ?? 5)) / 100)],
    ['Check interval', tuning['check interval']],
    ['Maximum mount count', tuning['maximum mounts']],
    ['Errors behavior', Object.keys(ERRORS).find((key) => ERRORS[key] === errors)],
  ]
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])))
}
