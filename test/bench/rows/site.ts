import type { Bench } from '../bench.ts'
import { everyTool, type Name } from '../tools.ts'
import { Guide } from './guide.ts'
import type { RowMaker } from './row.ts'

let guide: Promise<Guide> | undefined
const opened = (bench: Bench): Promise<Guide> => (guide ??= Guide.open(bench))

/** The guide's playbook on five hosts. */
export const site: readonly RowMaker[] = [
  {
    id: 'a',
    open: async (bench) => {
      const on = await opened(bench)
      const tools = await Promise.all(everyTool.map((name) => on.settled(name)))
      const floors = [await on.floor('plain script', 'plain'), await on.floor('batched script', 'batched')]
      // With -v results are shown, so that all facts are gathered.
      const whole = await on.settled('kplay', false, { name: 'kplay -v, with all facts', words: ['-v'] })
      return { title: 'site, nothing to change', contenders: [...tools, whole, ...floors] }
    },
  },
  {
    id: 'c',
    open: async (bench) => {
      const on = await opened(bench)
      const tools = await Promise.all(everyTool.map((name) => on.settled(name, true)))
      const floors = [await on.floor('plain script', 'plain'), await on.floor('batched script', 'batched')]
      return { title: 'site, dry run', contenders: [...tools, ...floors] }
    },
  },
  {
    id: 'b',
    open: async (bench) => {
      const on = await opened(bench)
      const tools = await Promise.all(everyTool.map((name) => on.fromBare(name)))
      const unwatched = await on.fromBare('kplay', false, { name: 'kplay, told to watch no service', unwatched: true })
      const floors = [
        await on.floor('bare script: downloads, digests, extractions', 'install'),
        await on.floor('bare script, which also enables, starts and restarts the services', 'services'),
      ]
      return { title: 'site, from bare', contenders: [...tools, unwatched, ...floors] }
    },
  },
  {
    id: 'cb',
    open: async (bench) => {
      const on = await opened(bench)
      const names: readonly Name[] = ['kplay', 'ansible', 'pyinfra']
      return { title: 'dry run from bare', contenders: await Promise.all(names.map((name) => on.fromBare(name, true))) }
    },
  },
]
