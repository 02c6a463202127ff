import { type Connection, type Process, SHELL } from './connection.ts'
import { Conversation, Unanswered } from './conversation.ts'
import { makeNonce } from './frames.ts'
import { explainSu, explainSudo, missing, NeedsTerminal, noPassword, refuseOddUser, wrongPassword } from './refusals.ts'
import { quote } from './shell.ts'
import type { Become } from './target.ts'

/** Seconds that sudo or su may take for an answer; PAM waits before it says no. */
const PATIENCE = 25

/**
 * Starts a shell as another user: one login, however many frames it will serve. A sudo or su that insists on a
 * terminal gets one. Throws BECOME, or what `connection.start` throws.
 */
export async function startAs(connection: Connection, become: Become): Promise<Process> {
  refuseOddUser(become)
  try {
    return await attempt(connection, become, false)
  } catch (error) {
    if (error instanceof NeedsTerminal) return attempt(connection, become, true)
    throw error
  }
}

async function attempt(connection: Connection, become: Become, terminal: boolean): Promise<Process> {
  const bySu = become.method === 'su'
  const nonce = makeNonce()
  const commandLine = !terminal ? SHELL : onTerminal(become, nonce)
  const process = await connection.start(commandLine, { terminal })
  const conversation = new Conversation(process)
  try {
    if (!terminal) conversation.say(bySu ? suLine(become, nonce) : sudoLine(become, nonce))
    await answer(conversation, become, nonce)
    return conversation.release()
  } catch (error) {
    process.kill()
    if (!(error instanceof Unanswered)) throw error
    throw bySu ? explainSu(error, become, terminal) : explainSudo(error, become, terminal)
  }
}

/** Waits for the new shell; sends the password when it is asked for, once, and never unasked. */
async function answer(conversation: Conversation, become: Become, nonce: string): Promise<void> {
  const isPrompt = (heard: string) =>
    become.method === 'su' ? /assw[^\n]*: *$/i.test(heard) : heard.includes(`${nonce} asks`)
  const event = (heard: string) => {
    if (heard.includes(`${nonce} ok`)) return 'ok'
    if (heard.includes(`${nonce} missing`)) return 'missing'
    return isPrompt(heard) ? 'asks' : undefined
  }
  const first = await conversation.until(event, PATIENCE)
  if (first === 'missing') throw missing(become)
  if (first === 'ok') return
  if (become.password === undefined) throw noPassword(become)
  conversation.forget()
  conversation.say(`${become.password}\n`)
  if ((await conversation.until(event, PATIENCE)) !== 'ok') throw wrongPassword(become)
}

const programOf = ({ method, program }: Become): string => quote(program ?? method)

const unlessThere = (become: Become, nonce: string): string =>
  `command -v ${programOf(become)} >/dev/null 2>&1 || { echo ${nonce} missing; exit; }\n`

function sudoWords({ user, password, flags }: Become, nonce: string): string[] {
  const asking = password === undefined ? ['-n'] : ['-S', '-p', `${nonce} asks`]
  return ['-H', ...asking, ...flags, '-u', user]
}

/** The C locale is for sudo's own messages; the shell behind it gets back what the login had. */
function sudoLine(become: Become, nonce: string): string {
  const script = `[ "\${LC_ALL-}" != C ] || LC_ALL=$1; [ -n "\${LC_ALL-}" ] || unset LC_ALL; printf '\\n%s ok\\n' ${nonce}; exec /bin/sh`
  const words = [...sudoWords(become, nonce), '--', '/bin/sh', '-c', script, 'sh'].map(quote).join(' ')
  return `${unlessThere(become, nonce)}exec env LC_ALL=C ${programOf(become)} ${words} "\${LC_ALL-}"\n`
}

function suLine(become: Become, nonce: string): string {
  const script = `LC_ALL=$KPLAY_LOCALE; unset KPLAY_LOCALE; [ -n "$LC_ALL" ] || unset LC_ALL; printf '\\n%s ok\\n' ${nonce}; exec /bin/sh`
  const words = ['-s', '/bin/sh', ...become.flags, become.user, '-c', script].map(quote).join(' ')
  return `${unlessThere(become, nonce)}exec env LC_ALL=C KPLAY_LOCALE="\${LC_ALL-}" ${programOf(become)} ${words}\n`
}

/**
 * With a terminal it is the process itself that is started. As a command line for any login shell: nothing in its
 * single quotes means something else to csh or fish. A shell that reads a terminal is interactive and prompts, so it
 * is fed by a pipe; a terminal has no end of file, so what feeds it is ended after it.
 */
function onTerminal(become: Become, nonce: string): string {
  const script = `stty raw -echo 2>/dev/null; unset LC_ALL; printf "\\n%s ok\\n" ${nonce}; cat | (/bin/sh; kill 0)`
  const words =
    become.method === 'su'
      ? ['-s', '/bin/sh', ...become.flags, become.user, '-c', script]
      : [...sudoWords(become, nonce), '--', '/bin/sh', '-c', script]
  return `exec env LC_ALL=C ${programOf(become)} ${words.map(quote).join(' ')}`
}
