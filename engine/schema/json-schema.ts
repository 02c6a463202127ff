import type { Field, Fields } from './field.ts'

/** The arguments as JSON Schema (draft 2020-12), for editors. */
export function jsonSchema(fields: Fields): object {
  const entries = Object.entries(fields)
  return {
    type: 'object',
    additionalProperties: false,
    required: entries.filter(([, spec]) => spec.required).map(([key]) => key),
    properties: Object.fromEntries(
      entries.flatMap(([key, spec]) => [key, ...(spec.aliases ?? [])].map((name) => [name, property(spec)])),
    ),
  }
}

const TYPES: Record<Field['type'], object> = {
  text: { type: ['string', 'number', 'boolean'] },
  flag: { type: ['boolean', 'string'] },
  whole: { type: ['integer', 'string'] },
  float: { type: ['number', 'string'] },
  path: { type: 'string' },
  mode: { type: ['string', 'integer'] },
  choice: {},
  list: {},
  dict: { type: 'object' },
  any: {},
}

const property = (spec: Field): object => ({
  ...TYPES[spec.type],
  description: spec.help,
  ...(spec.default !== undefined && { default: spec.default }),
  ...(spec.choices && { enum: spec.choices }),
  ...(spec.pattern && { pattern: spec.pattern.source }),
  ...(spec.type === 'list' && spec.of && { anyOf: [{ type: 'array', items: property(spec.of) }, { type: 'string' }] }),
  ...(spec.type === 'dict' && spec.of && { additionalProperties: property(spec.of) }),
})
