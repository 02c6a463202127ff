import { expect, test } from 'vitest'
import type { Canned } from '../../support/fake-machine.ts'
import { play } from '../../support/run-harness.ts'

const UNIT = '/etc/systemd/system/kafka.service'
const HOST: Canned = {
  files: { [UNIT]: '[Service]\n', '/usr/lib/systemd/system/zoo.service': '[Service]\n' },
  units: { kafka: { load: 'loaded', active: 'active', enabled: 'enabled' }, zoo: { load: 'loaded', active: 'active' } },
}

/** How the tasks end in a dry run. */
async function foreseen(...tasks: readonly string[]): Promise<string[]> {
  const list = tasks.map((text, index) => `    - { name: t${index}, ${text}, ignore_errors: true }`)
  const playbook = ['- hosts: all', '  gather_facts: false', '  tasks:', ...list].join('\n')
  const { lines } = await play({ playbook, hosts: { h1: HOST }, options: { check: true } })
  return lines.map((line) => line.split(' ')[0] ?? '')
}

const RELOAD = 'systemd: { daemon_reload: true }'

test('nothing is to be read again because of a unit that systemd does not know', async () => {
  expect(await foreseen('copy: { dest: /etc/systemd/system/new.service, content: x }', RELOAD)).toEqual([
    'changed',
    'ok',
  ])
})

test.each([
  `copy: { dest: ${UNIT}, content: x }`,
  `file: { path: ${UNIT}, state: absent }`,
  'copy: { dest: /usr/lib/systemd/system/zoo.service, content: x }',
  'copy: { dest: /etc/systemd/system/zoo.service.d/limits.conf, content: x }',
])('unit files are read again, once, after one of a known unit changed: %s', async (change) => {
  expect(
    await foreseen('file: { path: /etc/systemd/system/zoo.service.d, state: directory }', change, RELOAD, RELOAD),
  ).toEqual(['changed', 'changed', 'changed', 'ok'])
})

test('what changes after it was read is to be read again', async () => {
  expect(
    await foreseen(`copy: { dest: ${UNIT}, content: x }`, RELOAD, `copy: { dest: ${UNIT}, content: y }`, RELOAD),
  ).toEqual(['changed', 'changed', 'changed', 'changed'])
})

test('a drop-in is a part of its unit', async () => {
  expect(
    await foreseen(
      'systemd: { name: zoo, state: started, daemon_reload: true }',
      'file: { path: /etc/systemd/system/zoo.service.d, state: directory }',
      'copy: { dest: /etc/systemd/system/zoo.service.d/limits.conf, content: x }',
      'systemd: { name: zoo, state: started, daemon_reload: true }',
      'systemd: { name: zoo, state: started, daemon_reload: true }',
    ),
  ).toEqual(['ok', 'changed', 'changed', 'changed', 'ok'])
})

test('enabling a unit makes systemd read all files again', async () => {
  expect(
    await foreseen(`copy: { dest: ${UNIT}, content: x }`, 'service: { name: zoo, enabled: true }', RELOAD),
  ).toEqual(['changed', 'changed', 'ok'])
})

test('a mask is a link, which can go', async () => {
  expect(
    await foreseen(
      'systemd: { name: zoo, masked: true }',
      'file: { path: /etc/systemd/system/zoo.service, state: absent }',
      'systemd: { name: zoo, masked: true }',
    ),
  ).toEqual(['changed', 'changed', 'changed'])
})

test('a unit file in place of a mask ends it', async () => {
  expect(
    await foreseen(
      'systemd: { name: zoo, masked: true }',
      'copy: { dest: /etc/systemd/system/zoo.service, content: x }',
      'systemd: { name: zoo, state: restarted, enabled: true }',
    ),
  ).toEqual(['changed', 'changed', 'changed'])
})

test('a unit file is in the way of a mask', async () => {
  expect(
    await foreseen(
      'systemd: { name: kafka, masked: true }',
      `file: { path: ${UNIT}, state: absent }`,
      'systemd: { name: kafka, masked: true }',
    ),
  ).toEqual(['failed', 'changed', 'changed'])
})
