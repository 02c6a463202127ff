import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { Client } from 'ssh2'
import type { ClientChannel } from 'ssh2'

export interface Place {
  readonly address: string
  readonly port: number
}

export interface Shell {
  run(script: string): Promise<{ readonly out: string; readonly code: number }>
  close(): void
}

/**
 * One shell on a host over one connection, with no care for anything that may go wrong: what every tool needs at least.
 * @param noDelay sends small packets at once, as ssh2 does not by itself
 */
export async function openShell({ address, port }: Place, key: string, noDelay: boolean): Promise<Shell> {
  const client = new Client()
  const sock = connect({ host: address, port, noDelay })
  await new Promise((ready, fail) => {
    client.once('ready', () => ready(undefined)).once('error', fail)
    client.connect({ sock, username: 'root', privateKey: readFileSync(key), readyTimeout: 120_000 })
  })
  const nonce = randomBytes(16).toString('hex')
  const waiting: ((answer: { out: string; code: number }) => void)[] = []
  let heard = ''
  const channel = await new Promise<ClientChannel>((ready, fail) =>
    client.exec('exec sh', (error, opened) => (error ? fail(error) : ready(opened))),
  )
  const mark = `\0${nonce} `
  channel.stderr.resume()
  channel.on('data', (bytes: Buffer) => {
    heard += bytes.toString('latin1')
    for (let at = heard.indexOf(mark); at >= 0; at = heard.indexOf(mark)) {
      const end = heard.indexOf('\0', at + 1)
      if (end < 0) break
      waiting.shift()?.({ out: heard.slice(0, at), code: Number(heard.slice(at + mark.length, end)) })
      heard = heard.slice(end + 1)
    }
  })
  return {
    run: (script) =>
      new Promise((resolve) => {
        waiting.push(resolve)
        const quoted = script.replaceAll("'", `'\\''`)
        channel.write(`( eval '${quoted}' ) </dev/null; printf '\\000${nonce} %d\\000' $?\n`)
      }),
    close: () => client.end(),
  }
}
