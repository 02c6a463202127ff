import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { addRunCommand } from '../../engine/cli/run.ts'
import { writtenOut } from '../../engine/cli/spelling.ts'

const program = new Command('kplay')
addRunCommand(program)
const read = (line: string): string => writtenOut(line.split(' '), program).join(' ')

describe('options are spelt as with Ansible', () => {
  test.each([
    ['run --become-us x site.yml', 'run --become-user x site.yml'],
    ['run --become site.yml', 'run --become site.yml'],
    ['run --inv=hosts site.yml', 'run --inventory=hosts site.yml'],
    ['run --key-file k site.yml', 'run --private-key k site.yml'],
    ['run --key-f=k site.yml', 'run --private-key=k site.yml'],
    ['run --conn-pass-file p site.yml', 'run --connection-password-file p site.yml'],
    ['run --ask-b site.yml', 'run --ask-become-pass site.yml'],
    // A word that is an option's value stays as it is.
    ['run --ssh-extra-args --check site.yml', 'run --ssh-extra-args --check site.yml'],
    ['run -e --inv site.yml', 'run -e --inv site.yml'],
    ['run -bvi --inv site.yml', 'run -bvi --inv site.yml'],
    ['run -ix --inv y', 'run -ix --inventory y'],
    ['run -- --inv', 'run -- --inv'],
    ['run --what site.yml', 'run --what site.yml'],
    ['--vers', '--vers'],
  ])('%s', (line, expected) => {
    expect(read(line)).toBe(expected)
  })
  test('one that may be several is refused', () => {
    expect(() => read('run --list-ta site.yml')).toThrow('--list-ta may be --list-tasks, --list-tags')
  })
})
