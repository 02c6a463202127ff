// Loaded into kplay before it runs: at its end writes how many round trips each shell on a host had.
import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'

const trips = new Map<object, number>()
subscribe('kplay:round-trip', (wire) => trips.set(wire as object, (trips.get(wire as object) ?? 0) + 1))
process.once('exit', () => writeFileSync(process.env['BENCH_TRIPS'] ?? '', JSON.stringify([...trips.values()])))
