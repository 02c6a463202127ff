import type { Problems } from '../errors.ts'
import type { LoopControl, Task } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import { isNothing, kindOf, rawOf, type YamlEntry, type YamlNode } from './nodes.ts'
import { conditions, writtenAny, writtenFlag, writtenText } from './written.ts'

/** `loop`, `with_<lookup>` and `loop_control` of a task. */
export function readLoop(
  own: ReadonlyMap<string, YamlEntry>,
  problems: Problems,
): Pick<Task, 'loop' | 'loopLookup' | 'loopControl'> {
  const loop = own.get('loop')
  const lookup = own.get('with_')
  if (loop && lookup)
    problems.add('BAD_YAML', `a task loops once: over loop or over ${lookup.key}`, { place: lookup.keyPlace })
  const control = own.get('loop_control')
  const loopControl = control ? readControl(control.value, problems) : { breakWhen: [] }
  const chosen = loop ?? lookup
  if (!chosen || isNothing(chosen.value)) return { loopControl }
  return {
    loop: { value: rawOf(chosen.value), place: chosen.value.place },
    loopLookup: loop ? undefined : chosen.key.slice('with_'.length),
    loopControl,
  }
}

const READERS = {
  loop_var: writtenText,
  index_var: writtenText,
  label: writtenAny,
  pause: writtenAny,
  extended: writtenFlag,
  extended_allitems: writtenFlag,
} as const
const KEYS = [...Object.keys(READERS), 'break_when']

function readControl(node: YamlNode, problems: Problems): LoopControl {
  const entries = new Map<string, YamlEntry>()
  if (node.kind === 'map') for (const entry of node.entries) entries.set(entry.key, entry)
  else if (!isNothing(node))
    problems.add('BAD_YAML', `loop_control is a map, not ${kindOf(node)}`, { place: node.place })
  for (const { key, keyPlace } of entries.values()) {
    if (!KEYS.includes(key))
      problems.add('BAD_YAML', `unknown key ${key} in loop_control`, {
        place: keyPlace,
        hint: didYouMean(key, KEYS) ?? `known: ${KEYS.join(', ')}`,
      })
  }
  const written = (key: keyof typeof READERS): LoopControl['label'] => {
    const entry = entries.get(key)
    return entry && READERS[key](entry.value, key, problems)
  }
  const breakWhen = entries.get('break_when')
  return {
    loopVar: written('loop_var'),
    indexVar: written('index_var'),
    label: written('label'),
    pause: written('pause'),
    extended: written('extended'),
    extendedAllitems: written('extended_allitems'),
    breakWhen: breakWhen ? conditions(breakWhen.value, 'break_when', problems) : [],
  }
}
