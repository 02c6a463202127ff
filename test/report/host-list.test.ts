import { expect, test } from 'vitest'
import { hostList } from '../../engine/report/host-list.ts'

const range = (from: number, to: number, name: (number: number) => string): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => name(from + index))
const two = (number: number): string => String(number).padStart(2, '0')

test('few hosts are named one by one, each once', () => {
  expect(hostList(['k1', 'k2', 'k3', 'k2'])).toBe('k1 k2 k3')
})

test('many with running numbers are folded as in an inventory', () => {
  expect(hostList(range(1, 30, (n) => `kafka${two(n)}.dc1.example.com`))).toBe('kafka[01:30].dc1.example.com')
  expect(hostList([...range(8, 12, (n) => `k${n}`), 'db', ...range(1, 4, (n) => `rack${n}-web1`)])).toBe(
    'k[8:12] db rack[1:4]-web1',
  )
  expect(hostList(range(1, 9, (n) => `k${n * 2}`))).toBe('k2 k4 k6 k8 k10 k12 k14 k16 k18')
  expect(hostList(['k09', 'k010', ...range(1, 8, (n) => `a${n}x`)])).toBe('k09 k010 a[1:8]x')
})

test('of those that went well not all need a name', () => {
  const hosts = range(1, 40, (n) => `k${n * 2}`)
  expect(hostList(hosts, { most: 3 })).toBe('k2 k4 k6 … 40 hosts')
})
