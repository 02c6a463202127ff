import { describe, expect, test } from 'vitest'
import { KplayError } from '../../engine/errors.ts'
import { modules } from '../../engine/modules/index.ts'
import { caseFiles, casesOf, type Case } from '../support/cases.ts'
import { drive, shownStep, stepAsData, type Driven } from '../support/drive.ts'
import { fakeHost, type FakeHost } from '../support/fake-host.ts'
import { fakeLocal, type FakeLocal } from '../support/fake-local.ts'
import { predict } from '../support/predict.ts'

for (const file of caseFiles()) {
  const name = file.replace('.yaml', '')
  describe(name, () => {
    test.each(casesOf(file))('$it', async (wanted) => {
      const local = fakeLocal(wanted.local)
      const dry = fakeHost(wanted.host, local.bytes)
      const planned = await outcome(drive(modules, name, wanted.args, dry, local, { check: true }))
      expect(dry.told, 'check mode tells the host nothing').toEqual([])

      const host = fakeHost(wanted.host, local.bytes)
      const ran = await outcome(drive(modules, name, wanted.args, host, local))
      if (wanted.error !== undefined) return expectError(planned, wanted.error)
      if (ran instanceof KplayError) throw ran
      expectDriven(wanted, ran)
      // What must not be asked in check mode is not known there.
      if (planned instanceof KplayError && planned.code === 'UNPREDICTABLE') return
      if (planned instanceof KplayError) throw planned
      expect(told(name, planned), 'check mode sees the same changes').toEqual(told(name, ran))
      expect(ran.left, 'nothing differs afterwards').toEqual([])
      await expectAfter(wanted.after ?? {}, host)
      await expectSettled(name, wanted, host, local)
      const foreseen = await predict(
        modules,
        name,
        wanted.args,
        fakeHost(wanted.host, local.bytes),
        fakeLocal(wanted.local),
      )
      if (foreseen) expect(foreseen.status, 'the prediction').toBe(ran.status === 'failed' ? 'changed' : ran.status)
    })
  })
}

/** What is another each time is told by its name alone. */
const told = (name: string, { changes }: Driven): unknown[] => {
  const module = modules.get(name)
  const varies = module?.kind === 'state' && module.always !== undefined
  return varies ? changes.map(({ key }) => key) : [...changes]
}

const outcome = (work: Promise<Driven>): Promise<Driven | KplayError> =>
  work.catch((error: unknown) => {
    if (error instanceof KplayError) return error
    throw error
  })

function expectError(found: Driven | KplayError, wanted: NonNullable<Case['error']>): void {
  const { code, message, hint } = typeof wanted === 'string' ? { code: wanted } : wanted
  if (!(found instanceof KplayError)) throw new Error(`expected ${code}, but it went well: ${found.status}`)
  expect(`${found.code}: ${found.message}`).toMatch(new RegExp(`^${code}: `))
  if (message !== undefined) expect(found.message).toMatch(new RegExp(message))
  if (hint !== undefined) expect(found.hint).toMatch(new RegExp(hint))
}

function expectDriven(wanted: Case, ran: Driven): void {
  if (wanted.steps) {
    expect(ran.steps.map(shownStep), 'steps').toHaveLength(wanted.steps.length)
    for (const [at, step] of ran.steps.entries()) {
      const expected = wanted.steps[at]
      if (typeof expected !== 'string') expect(stepAsData(step)).toMatchObject(expected ?? {})
      else if (/^\/.*\/$/s.test(expected)) expect(shownStep(step)).toMatch(new RegExp(expected.slice(1, -1)))
      else expect(shownStep(step)).toBe(expected)
    }
    if (wanted.status === undefined && wanted.steps.length === 0) expect(ran.status).toBe('ok')
  }
  if (wanted.status !== undefined) expect(ran.status, ran.message).toBe(wanted.status)
  if (wanted.changes) expect(ran.changes).toEqual(wanted.changes)
  const warnings = wanted.warnings ?? []
  expect(ran.warnings).toHaveLength(warnings.length)
  for (const [at, pattern] of warnings.entries()) expect(ran.warnings[at]).toMatch(new RegExp(pattern))
  if (wanted.result) expect(ran.values).toMatchObject(wanted.result)
}

async function expectAfter(after: NonNullable<Case['after']>, host: FakeHost): Promise<void> {
  for (const [path, wanted] of Object.entries(after)) {
    if (wanted === null) expect(await host.reader.lstat(path), path).toBeUndefined()
    else if (typeof wanted === 'string') expect(await host.reader.readText(path), path).toBe(wanted)
    else expect(await host.reader.lstat(path), path).toMatchObject(wanted)
  }
}

/** A second run finds nothing to do, unless the module says that it always has. */
async function expectSettled(name: string, wanted: Case, host: FakeHost, local: FakeLocal): Promise<void> {
  const again = await drive(modules, name, wanted.args, host, local)
  if (!again.must) expect({ changes: again.changes, steps: again.steps }).toEqual({ changes: [], steps: [] })
}
