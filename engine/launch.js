#!/usr/bin/env node
// Starts kplay. In a clone it builds first when a source is newer than the build; an installed package is never built.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { constants, Script } from 'node:vm'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`kplay: Node.js 20.19 or newer is needed, this is ${process.versions.node}\n`)
  process.exit(1)
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bundle = join(root, 'dist/engine/bundle/main.cjs')
const settings = ['tsconfig.build.json', 'bundle.js'].map((name) => join(root, name))

/** The time of the newest source below a folder. */
function newest(folder) {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) latest = Math.max(latest, newest(`${folder}/${entry.name}`))
    else if (entry.name.endsWith('.ts')) latest = Math.max(latest, statSync(`${folder}/${entry.name}`).mtimeMs)
  }
  return latest
}

function build() {
  if (!existsSync(join(root, 'node_modules/rolldown'))) {
    process.stderr.write(`kplay: this clone lacks packages\n  do: npm ci (in ${root})\n`)
    process.exit(1)
  }
  for (const words of [['node_modules/typescript/bin/tsc', '-p', settings[0]], [settings[1]]]) {
    const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: ['ignore', 2, 2] })
    if (status !== 0) {
      process.stderr.write('kplay: the build failed (see above)\n')
      process.exit(1)
    }
  }
}

// Only a clone has the build settings: the published package leaves them out.
if (settings.every((path) => existsSync(path))) {
  const folders =
    process.argv[2] === '--entry'
      ? ['engine', 'test/lab', 'test/mirror', 'test/language', 'test/compatibility', 'test/bench']
      : ['engine']
  const latest = Math.max(
    ...settings.map((path) => statSync(path).mtimeMs),
    ...folders.map((name) => newest(join(root, name))),
  )
  if (!existsSync(bundle) || statSync(bundle).mtimeMs < latest) build()
}

/** Where V8 keeps what it compiled, for this very bundle and this very node; written only by and for this user. */
function compiledPath() {
  const { size, mtimeMs } = statSync(bundle)
  const folder = process.env.KPLAY_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kplay')
  return join(folder, 'compiled', `${process.version}-${process.arch}-${size}-${Math.trunc(mtimeMs)}`)
}

function readOwn(path) {
  try {
    const { uid, mode } = statSync(path)
    return uid === process.getuid?.() && (mode & 0o022) === 0 ? readFileSync(path) : undefined
  } catch {
    return undefined
  }
}

function keep(path, bytes) {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const beside = `${path}.${process.pid}`
    const file = openSync(beside, 'wx', 0o600)
    writeFileSync(file, bytes)
    closeSync(file)
    renameSync(beside, path)
  } catch {
    // It starts without it.
  }
}

/** Microseconds of processor time after which a run is busy enough to be optimized, and milliseconds between looks. */
const BUSY = 1_000_000
const LOOK = 250

/** Runs the bundle; node would compile all of it anew each time. */
function start() {
  const path = compiledPath()
  const cachedData = readOwn(path)
  const require = createRequire(bundle)
  const script = new Script(readFileSync(bundle, 'latin1'), {
    filename: bundle,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  // What a run did use is what the next one needs.
  if ((!cachedData || script.cachedDataRejected) && process.argv[2] === 'run')
    process.on('exit', () => {
      setFlagsFromString('--opt')
      keep(path, script.createCachedData())
    })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, bundle, dirname(bundle))
  // Optimizing compilers take a processor from a run that mostly waits, and from its hosts, and give nothing back. Not
  // before all is loaded: what was compiled under other flags is compiled anew.
  setFlagsFromString('--no-opt')
  const look = setInterval(() => {
    const { user, system } = process.cpuUsage()
    if (user + system < BUSY) return
    clearInterval(look)
    setFlagsFromString('--opt')
  }, LOOK).unref()
}

if (process.argv[2] === '--entry') {
  const [entry] = process.argv.splice(2, 2).slice(1)
  await import(pathToFileURL(join(root, 'dist', entry)).href)
} else start()
