import { spawn } from 'node:child_process'
import { Command } from 'commander'
import { down, status, up } from './lab.ts'
import { installPackages } from './machine.ts'
import { keyFile, knownHostsFile, sshConfigFile } from './places.ts'
import { guestNamed, legacyPort, oddNames, outerAddress, testNames } from './roster.ts'
import { seconds } from './shell.ts'

const say = (line: string): void => console.log(`lab: ${line}`)

/** `5` stands for test1 to test5 and `odd` for the odd hosts; words, as npm would keep an option for itself. */
function parseNames(words: readonly string[]): string[] {
  const names = words.flatMap((word) => {
    if (/^\d+$/.test(word)) return testNames(Number(word))
    return word === 'odd' ? oddNames : [word]
  })
  return [...new Set(names)]
}

async function runUp(words: string[]): Promise<void> {
  const since = performance.now()
  const hosts = await up(parseNames(words), say)
  for (const { name, address, kind } of hosts) console.log(`  ${name.padEnd(10)} ${address.padEnd(12)} ${kind}`)
  say(`ready after ${seconds(since)}; for the hosts this machine is ${outerAddress}`)
  say(`log in: npm run lab ssh ${hosts[0]?.name ?? 'test1'}  (key ${keyFile}, known hosts ${knownHostsFile})`)
}

async function runStatus(): Promise<void> {
  const hosts = await status()
  if (!hosts.length) say('down')
  for (const { name, address, kind, state } of hosts) {
    const more = kind === 'sysv' ? ` (port ${legacyPort}: an sshd as old as CentOS 6's)` : ''
    console.log(`  ${name.padEnd(10)} ${address.padEnd(12)} ${kind.padEnd(8)} ${state}${more}`)
  }
}

function runSsh(name: string, command: string[]): void {
  guestNamed(name.replace(/^.*@/, ''))
  const child = spawn('ssh', ['-F', sshConfigFile, name, ...command], { stdio: 'inherit' })
  child.once('error', fail)
  child.once('close', (code) => (process.exitCode = code ?? 255))
}

function fail(error: unknown): void {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

const program = new Command('lab')
  .description('disposable real hosts on this machine: systemd-nspawn on a private bridge')
  .enablePositionalOptions()
program
  .command('up')
  .description('boot hosts; those that run stay as they are')
  .argument('[hosts...]', '5 for test1 to test5, names such as bare1 or ansible1, odd for sysv1 and busybox1', ['5'])
  .action(runUp)
program
  .command('install')
  .description('install the Debian packages the lab needs; up does it too')
  .action(() => installPackages(say))
program.command('status').description('the hosts and how they are').action(runStatus)
program
  .command('ssh')
  .description('log in, or run a command')
  .argument('<host>', 'such as test1 or op@test1')
  .argument('[command...]')
  .passThroughOptions()
  .action(runSsh)
program
  .command('down')
  .description('remove all hosts, and what a crashed lab left')
  .action(() => down(say))
program.parseAsync().catch(fail)
