#!/usr/bin/env node
// Starts kplay. In a clone it builds first when a source is newer than the build; an installed package is never built.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`kplay: Node.js 20.19 or newer is needed, this is ${process.versions.node}\n`)
  process.exit(1)
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const built = join(root, 'dist/.tsbuildinfo')
const sources = join(root, 'tsconfig.build.json')

function newest(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs), 0)
}

function build() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  if (!existsSync(tsc)) {
    process.stderr.write(`kplay: this clone has no packages yet\n  do: npm ci (in ${root})\n`)
    process.exit(1)
  }
  const { status } = spawnSync(process.execPath, [tsc, '-p', sources], { stdio: ['ignore', 2, 2] })
  if (status !== 0) {
    process.stderr.write('kplay: the build failed (see above)\n')
    process.exit(1)
  }
}

// Only a clone has the build settings: the published package leaves them out.
if (existsSync(sources)) {
  const folders = ['engine', 'test/lab', 'test/mirror', 'test/language', 'test/compatibility', 'test/bench']
    .map((name) => join(root, name))
    .filter((name) => existsSync(name))
  const latest = Math.max(statSync(sources).mtimeMs, ...folders.map(newest))
  if (!existsSync(built) || statSync(built).mtimeMs < latest) build()
}

let entry = 'engine/cli/main.js'
if (process.argv[2] === '--entry') [entry] = process.argv.splice(2, 2).slice(1)
await import(pathToFileURL(join(root, 'dist', entry)).href)
