import { parseArgs } from 'node:util'
import { buildMirror } from './build.ts'
import { addressIsGone, recordRunning, startDaemon, stopDaemons } from './daemon.ts'
import { mirrorFolders } from './places.ts'
import { serveFolder } from './serve.ts'
import { MirrorError } from './tools.ts'

const usage = `mirror: a local mirror of the archives that the roles install

  build                                   build what is missing (cached)
  serve [--address A] [--port P]          serve it until Ctrl-C (127.0.0.1, 8000)
  serve --daemon [--address A] [--port P] serve it in the background; ends by itself when the address goes away
  stop                                    end what serves in the background

With --all, build and serve also make the second version of each program that versions can be switched between.
`

const say = (line: string) => void process.stdout.write(`mirror: ${line}\n`)

interface ServeValues {
  readonly all: boolean
  /** Where a mirror in the background writes down that it serves; what it serves is built already. */
  readonly record?: string | undefined
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      address: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8000' },
      daemon: { type: 'boolean', default: false },
      record: { type: 'string' },
      all: { type: 'boolean', default: false },
    },
  })
  const port = Number(values.port)
  switch (positionals.join(' ')) {
    case 'build':
      return build(values.all)
    case 'serve':
      if (!values.daemon) return serve(values.address, port, values)
      await buildMirror(say, values)
      return say(`serving at ${await startDaemon(values.address, port)}`)
    case 'stop':
      for (const url of await stopDaemons()) say(`ended ${url}`)
      return
    default:
      process.stderr.write(usage)
      process.exitCode = 4
  }
}

async function build(all: boolean): Promise<void> {
  const { www, archives } = await buildMirror(say, { all })
  for (const { path, folder, sha256, note } of archives)
    say(`${path}  ${folder}/  sha256:${sha256}${note === undefined ? '' : `  (${note})`}`)
  say(`in ${www}`)
}

async function serve(address: string, port: number, { all, record }: ServeValues): Promise<void> {
  if (record === undefined) await buildMirror(say, { all })
  const served = await serveFolder({ folder: mirrorFolders().www, address, port, onRequest: say })
  say(`serving at ${served.url}`)
  if (record !== undefined) await recordRunning(record, served.url)
  const asked = new Promise((done) => ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, done)))
  await Promise.race(record === undefined ? [asked] : [asked, addressIsGone(address)])
  await served.close()
  process.exit()
}

/** What a person did wrong or can put right gets one line; anything else is a fault of this program. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const mistyped = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  return mistyped || error instanceof MirrorError ? error.message : (error.stack ?? error.message)
}

main().catch((error: unknown) => {
  process.stderr.write(`mirror: ${explain(error)}\n`)
  process.exitCode = 1
})
