import { describe, expect, test } from 'vitest'
import { markdown } from '../../engine/module/docs.ts'
import { modules } from '../../engine/modules/index.ts'
import { jsonSchema } from '../../engine/schema/json-schema.ts'
import { parseArgs } from '../../engine/schema/parse.ts'
import { caseFiles, casesOf } from '../support/cases.ts'
import { argumentsOf } from '../support/drive.ts'

describe.each([...modules])('%s', (name, module) => {
  const fields = Object.entries(module.args)

  test('says what it does, and what every argument does', () => {
    expect(module.name).toBe(name)
    expect(module.summary).toMatch(/^[A-Z`].{10,140}\.$/s)
    for (const [key, { help }] of fields) expect(help, key).toMatch(/^[A-Z`].*\.$/s)
  })

  test('has examples that it accepts itself', () => {
    expect(module.examples.length).toBeGreaterThan(0)
    for (const { title, args } of module.examples) {
      expect(title).toMatch(/^[A-Z]/)
      expect(() => argumentsOf(modules, name, { ...args }), title).not.toThrow()
    }
  })

  test('has defaults that it accepts itself', () => {
    for (const [key, { default: value, zod }] of fields)
      if (value !== undefined) expect(zod.safeParse(value), key).toEqual({ success: true, data: value })
  })

  test('documents every argument, in text and as a schema', () => {
    for (const [key] of fields) expect(markdown(module)).toContain(`\`${key}\``)
    const { properties } = jsonSchema(module.args) as { properties: object }
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(fields.map(([key]) => key)))
  })

  test('gives no argument two meanings', () => {
    const names = fields.flatMap(([key, { aliases = [] }]) => [key, ...aliases])
    expect(names).toEqual([...new Set(names)])
  })

  test('refuses an argument it does not know', () => {
    expect(parseArgs(module.args, { nonsense: 1 })).toMatchObject({ ok: false })
  })

  test('leads to a module that is there', () => {
    if (module.kind !== 'alias') return
    for (const { args } of module.examples)
      expect(argumentsOf(modules, name, { ...args }).module.kind).not.toBe('alias')
  })

  test('has cases', () => {
    expect(caseFiles()).toContain(`${name}.yaml`)
    expect(casesOf(`${name}.yaml`).length).toBeGreaterThan(0)
  })
})
