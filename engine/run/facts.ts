import type { Argument, Keywords, Play } from '../model.ts'
import type { PlannedTask } from './plan.ts'

const PLAIN: Keywords = { when: [], tags: ['always'], vars: new Map() }

/** The task `Gathering facts` that a play begins with. */
export function gatheringTask(play: Play, nextId: () => number): PlannedTask {
  const { place } = play
  const task = {
    kind: 'task' as const,
    name: { value: 'Gathering facts', place },
    action: 'setup',
    actionPlace: place,
    args: argumentsOf(play),
    place,
    keywords: PLAIN,
    loopControl: { breakWhen: [] },
    notify: [],
    listen: [],
    until: [],
  }
  return {
    kind: 'task',
    task,
    chain: { keywords: [play.keywords, PLAIN], roles: [] },
    info: { id: nextId(), name: 'Gathering facts', action: 'setup', place, handler: false },
  }
}

/** What the play says about its facts. */
function argumentsOf({ gatherSubset, gatherTimeout, factPath }: Play): ReadonlyMap<string, Argument> {
  const written = { gather_subset: gatherSubset, gather_timeout: gatherTimeout, fact_path: factPath }
  return new Map(
    Object.entries(written).flatMap(([name, given]): [string, Argument][] =>
      given ? [[name, { ...given, keyPlace: given.place }]] : [],
    ),
  )
}
