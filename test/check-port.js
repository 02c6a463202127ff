// Says in one line when the mirror cannot have its port: check-port.js ADDRESS PORT. A mirror that serves there already
// is fine. The address itself may not be there yet, so the port is tried on all of them. Needs no packages.
import { createServer } from 'node:net'

const [address = '', port = ''] = process.argv.slice(2)

async function isOurs() {
  try {
    const answer = await fetch(`http://${address}:${port}/`, { method: 'HEAD', signal: AbortSignal.timeout(2000) })
    return answer.headers.get('server') === 'kplay-mirror'
  } catch {
    return false
  }
}

const server = createServer()
server.once('error', async (error) => {
  if (error.code !== 'EADDRINUSE' || (await isOurs())) return
  process.stderr.write(`port ${port} is in use by another program (choose another one: KPLAY_MIRROR_PORT=8001 …)\n`)
  process.exitCode = 1
})
server.listen(Number(port), '0.0.0.0', () => server.close())
