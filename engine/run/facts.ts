import type { Argument, Keywords, Play } from '../model.ts'
import type { PlannedTask } from './plan.ts'

/** The task `Gathering facts` that a play begins with. */
export function gatheringTask(play: Play, nextId: () => number): PlannedTask {
  const { place } = play
  // Each host has its own facts, also where the play's tasks run once.
  const keywords: Keywords = { when: [], tags: ['always'], vars: new Map(), runOnce: { value: false, place } }
  const task = {
    kind: 'task' as const,
    name: { value: 'Gathering facts', place },
    action: 'setup',
    actionPlace: place,
    args: argumentsOf(play),
    place,
    keywords,
    loopControl: { breakWhen: [] },
    notify: [],
    listen: [],
    until: [],
  }
  return {
    kind: 'task',
    task,
    chain: { keywords: [play.keywords, keywords], roles: [] },
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
