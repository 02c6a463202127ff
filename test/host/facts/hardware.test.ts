import { describe, expect, it } from 'vitest'
import { hardwareFacts } from '../../../engine/host/facts/hardware.ts'
import { source } from '../support/facts-source.ts'

describe('hardware', () => {
  const cpu = (index: number, socket: number) =>
    `processor\t: ${index}\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\nphysical id\t: ${socket}\nsiblings\t: 4\ncpu cores\t: 2\n`
  it('counts sockets, cores and threads', () => {
    const all = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => cpu(index, index >> 2)).join('\n')
    expect(
      hardwareFacts(source({ '/proc/cpuinfo': all, '/proc/self/status': 'Cpus_allowed_list:\t0-2,7' })),
    ).toMatchObject({
      processor_count: 2,
      processor_cores: 2,
      processor_threads_per_core: 2,
      processor_vcpus: 8,
      processor_nproc: 4,
    })
  })
  it('counts processors that tell of no sockets', () => {
    const arm = 'processor\t: 0\nBogoMIPS\t: 50\nCPU part\t: 0xd0c\n\nprocessor\t: 1\nCPU part\t: 0xd0c'
    expect(hardwareFacts(source({ '/proc/cpuinfo': arm }))).toMatchObject({
      processor: ['0', '0xd0c', '1', '0xd0c'],
      processor_count: 2,
      processor_vcpus: 2,
    })
  })
  it('reads memory and firmware', () => {
    const memory =
      'MemTotal:  2048000 kB\nMemFree:  1024000 kB\nBuffers: 1024 kB\nCached: 2048 kB\nSwapTotal: 4096 kB\nSwapFree: 1024 kB\nSwapCached: 0 kB'
    const facts = hardwareFacts(
      source({
        '/proc/meminfo': memory,
        '/sys/devices/virtual/dmi/id/chassis_type': '10',
        '/sys/devices/virtual/dmi/id/sys_vendor': 'ACME',
      }),
    )
    expect(facts).toMatchObject({
      memtotal_mb: 2000,
      memfree_mb: 1000,
      swaptotal_mb: 4,
      form_factor: 'Notebook',
      system_vendor: 'ACME',
      product_name: 'NA',
    })
    expect(facts.memory_mb).toEqual({
      real: { total: 2000, used: 1000, free: 1000 },
      nocache: { free: 1003, used: 997 },
      swap: { total: 4, free: 1, cached: 0, used: 3 },
    })
  })
})
