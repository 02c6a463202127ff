import type { Keywords, Play } from '../model.ts'
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
    args: new Map(),
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
