import fc from 'fast-check'

/**
 * Properties are tried with the same cases every time, so that a run of the tests fails for what was changed alone.
 * `npm run fuzz` tries others, as many as CASES says.
 */
const { SEED } = process.env
fc.configureGlobal({ seed: SEED === 'random' ? Date.now() & 0x7fffffff : Number(SEED ?? 1) })
