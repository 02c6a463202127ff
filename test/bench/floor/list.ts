import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

// Reads an inventory line by line and a playbook, and prints its tasks.
const [inventory = '', playbook = ''] = process.argv.slice(2)
const hosts = new Map<string, Record<string, string>>()
const groups = new Map<string, string[]>()
let group: string[] = []
for (const line of readFileSync(inventory, 'utf8').split('\n')) {
  const [, name] = /^\[(.+)\]$/.exec(line) ?? []
  if (name !== undefined) groups.set(name, (group = []))
  else if (line !== '') {
    const [host = '', ...words] = line.split(' ')
    hosts.set(host, Object.fromEntries(words.map((word) => word.split('=', 2) as [string, string])))
    group.push(host)
  }
}
const plays = parse(readFileSync(playbook, 'utf8')) as { name: string; tasks: { name: string }[] }[]
for (const { name, tasks } of plays)
  console.log([`${name} (${hosts.size} hosts)`, ...tasks.map((task) => `  ${task.name}`)].join('\n'))
