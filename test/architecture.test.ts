import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Who may import whom inside engine/. Read it top-down: a row may use only the rows named on its right. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  value: ['errors'],
  model: ['errors', 'value'],
  events: ['errors', 'model', 'value'],
  vault: ['errors'],
  schema: ['errors', 'value'],
  host: ['errors', 'model', 'value'],
  module: ['errors', 'value', 'schema', 'host'],
  modules: ['errors', 'value', 'schema', 'host', 'module'],
  values: ['errors', 'value', 'vault', 'model', 'schema'],
  read: ['errors', 'value', 'vault', 'model', 'schema', 'values'],
  run: ['errors', 'value', 'vault', 'model', 'events', 'schema', 'host', 'module', 'values', 'read'],
  report: ['errors', 'value', 'model', 'events'],
  controller: ['errors', 'value', 'vault', 'model', 'schema', 'host', 'module', 'values', 'read', 'run'],
  kplay: ['errors', 'value', 'vault', 'model', 'events', 'schema', 'module', 'values', 'read', 'run'],
  cli: [
    'errors',
    'value',
    'vault',
    'model',
    'events',
    'schema',
    'host',
    'module',
    'modules',
    'values',
    'read',
    'run',
    'report',
    'controller',
    'kplay',
  ],
  index: ['errors', 'events', 'module', 'kplay'],
}

/** Packages and Node modules that a layer may use; a layer that is not here may use any. */
const OUTSIDE: Readonly<Record<string, RegExp>> = {
  errors: /^$/,
  value: /^$/,
  model: /^$/,
  events: /^$/,
  vault: /^node:(crypto|buffer)$/,
  schema: /^(zod|fastest-levenshtein)$/,
  modules: /^$/,
  module: /^$/,
  values: /^(nunjucks.*|zod|yaml|picomatch|node:(crypto|path|module|util))$/,
  read: /^(yaml|smol-toml|node:path)$/,
  run: /^(p-limit|picomatch|node:(path|crypto|util))$/,
  report: /^(listr2|diff|node:util)$/,
}

/** What a module may import: the contract, and nothing that could act. */
const MODULE_IMPORTS =
  /^(\.\.\/(errors|value|schema\/\w+|module\/define|host\/(shell|split-words|validate|step|actions|stamp|reader|kernel-key))\.ts|\.\/_[\w-]+\.ts)$/
const MOST_LINES = 300

const root = join(import.meta.dirname, '../engine')
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.d.ts'),
)
const layer = (file: string): string => file.split(/[/.]/)[0] ?? ''
const imports = (file: string): string[] =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import|export) [^']*?from '([^'\n]+)'$|^import '([^'\n]+)'$|[( ]import\('([^'\n]+)'\)/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
const local = (file: string, name: string): string => relative(root, join(root, dirname(file), name))

describe.each(files)('%s', (file) => {
  test('imports only from the layers below it', () => {
    const allowed = [...(LAYERS[layer(file)] ?? []), layer(file)]
    const used = imports(file)
      .filter((name) => name.startsWith('.'))
      .map((name) => local(file, name))
    expect(used.filter((name) => !allowed.includes(layer(name)))).toEqual([])
  })
  test('uses only the packages of its layer', () => {
    const allowed = OUTSIDE[layer(file)]
    if (allowed) expect(imports(file).filter((name) => !name.startsWith('.') && !allowed.test(name))).toEqual([])
  })
  test('is short', () => {
    expect(readFileSync(join(root, file), 'utf8').split('\n').length).toBeLessThanOrEqual(MOST_LINES)
  })
})

const moduleFiles = files.filter((file) => layer(file) === 'modules' && !/(^|\/)(index|_[\w-]+)\.ts$/.test(file))
test.each(moduleFiles)('%s touches nothing but the contract', (file) => {
  expect(imports(file).filter((name) => !MODULE_IMPORTS.test(name))).toEqual([])
})

test('no layer needs itself', () => {
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    (LAYERS[from] ?? []).some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))))
  expect(Object.keys(LAYERS).filter((name) => reaches(name, name))).toEqual([])
})

test('no file is part of a circle of imports', () => {
  const valueImports = (file: string): string[] =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/^(?:import|export) (?!type\b)[^;]*?from '(\.[^']+)'/gms)].map(
      (match) => local(file, match[1] ?? ''),
    )
  const graph = new Map(files.map((file) => [file, valueImports(file)]))
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      return
    }
    if (done.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})
