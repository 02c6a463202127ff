import type { Facts } from '../facts.ts'
import type { Source } from './source.ts'

/** Processors, memory, and what the firmware says of itself. */
export const hardwareFacts = (source: Source): Facts => ({
  ...processorFacts(source),
  ...memoryFacts(source),
  ...firmwareFacts(source),
})

/** The key that names a processor, by architecture. */
const MODEL = ['model name', 'Processor', 'cpu', 'cpu model', 'CPU part', 'uarch']

function processorFacts(source: Source): Facts {
  const blocks: Map<string, string>[] = []
  for (const line of source.lines('/proc/cpuinfo')) {
    const [key = '', ...rest] = line.split(':')
    if (key.trim() === 'processor') blocks.push(new Map())
    blocks.at(-1)?.set(key.trim(), rest.join(':').trim())
  }
  const list = blocks.flatMap((block) => {
    const model = MODEL.map((key) => block.get(key)).find((value) => value !== undefined)
    return [block.get('processor'), block.get('vendor_id'), model].flatMap((value) => value ?? [])
  })
  const sockets = new Set(blocks.flatMap((block) => block.get('physical id') ?? []))
  const [first] = blocks
  const cores = Number(first?.get('cpu cores') ?? (sockets.size > 0 ? blocks.length / sockets.size : 1)) || 1
  const siblings = Number(first?.get('siblings') ?? cores)
  const threads = Math.max(1, Math.floor(siblings / cores))
  // Other architectures do not tell of sockets: each processor counts as one.
  const count = sockets.size || blocks.length || 1
  return {
    processor: list,
    processor_count: count,
    processor_cores: cores,
    processor_threads_per_core: threads,
    processor_vcpus: count * cores * threads,
    processor_nproc: affinity(source) ?? blocks.length,
  }
}

/** How many processors we may run on: `Cpus_allowed_list: 0-3,8`. */
function affinity(source: Source): number | undefined {
  const list = source.fields('/proc/self/status', /:/).get('Cpus_allowed_list')
  return list?.split(',').reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return sum + to - from + 1
  }, 0)
}

function memoryFacts(source: Source): Facts {
  const kibibytes = source.fields('/proc/meminfo', /:/)
  const mebibytes = (...keys: string[]) =>
    Math.floor(keys.reduce((sum, key) => sum + Number.parseInt(kibibytes.get(key) ?? '0', 10), 0) / 1024)
  const total = mebibytes('MemTotal')
  const free = mebibytes('MemFree')
  const unused = mebibytes('MemFree', 'Cached', 'Buffers')
  const swap = { total: mebibytes('SwapTotal'), free: mebibytes('SwapFree'), cached: mebibytes('SwapCached') }
  return {
    memtotal_mb: total,
    memfree_mb: free,
    swaptotal_mb: swap.total,
    swapfree_mb: swap.free,
    memory_mb: {
      real: { total, used: total - free, free },
      nocache: { free: unused, used: total - unused },
      swap: { ...swap, used: swap.total - swap.free },
    },
  }
}

const FIRMWARE = [
  'bios_date',
  'bios_vendor',
  'bios_version',
  'board_asset_tag',
  'board_name',
  'board_serial',
  'board_vendor',
  'board_version',
  'chassis_asset_tag',
  'chassis_serial',
  'chassis_vendor',
  'chassis_version',
  'product_name',
  'product_serial',
  'product_uuid',
  'product_version',
]

/** SMBIOS specification, system enclosure types. */
const FORM_FACTORS =
  `Unknown,Other,Unknown,Desktop,Low Profile Desktop,Pizza Box,Mini Tower,Tower,Portable,Laptop,Notebook,Hand Held,Docking Station,All In One,Sub Notebook,Space-saving,Lunch Box,Main Server Chassis,Expansion Chassis,Sub Chassis,Bus Expansion Chassis,Peripheral Chassis,RAID Chassis,Rack Mount Chassis,Sealed-case PC,Multi-system,CompactPCI,AdvancedTCA,Blade`.split(
    ',',
  )

export const firmwareText = (source: Source, name: string): string | undefined =>
  source.text(`/sys/devices/virtual/dmi/id/${name}`)

function firmwareFacts(source: Source): Facts {
  const facts = Object.fromEntries(FIRMWARE.map((name) => [name, firmwareText(source, name) ?? 'NA']))
  const chassis = firmwareText(source, 'chassis_type')
  return {
    ...facts,
    system_vendor: firmwareText(source, 'sys_vendor') ?? 'NA',
    form_factor: chassis === undefined ? 'NA' : (FORM_FACTORS[Number(chassis)] ?? `Unknown (${chassis})`),
  }
}
