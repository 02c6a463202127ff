import type { Problems } from '../errors.ts'
import type { LoopControl, Task } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import { isNothing, kindOf, rawOf, type YamlEntry, type YamlNode } from './nodes.ts'
import { plainText, writtenAny, writtenFlag } from './written.ts'

const KEYS = ['loop_var', 'index_var', 'label', 'pause', 'extended', 'extended_allitems', 'break_when']

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
  const loopControl = control ? readControl(control.value, problems) : { loopVar: 'item', extended: false }
  const chosen = loop ?? lookup
  if (!chosen || isNothing(chosen.value)) return { loopControl }
  return {
    loop: { value: rawOf(chosen.value), place: chosen.value.place },
    loopLookup: loop ? undefined : chosen.key.slice('with_'.length),
    loopControl,
  }
}

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
    else if (key === 'break_when')
      problems.add('BAD_YAML', 'break_when in loop_control is not supported yet', { place: keyPlace })
  }
  const name = (key: string): string | undefined => {
    const entry = entries.get(key)
    return entry && plainText(entry.value, key, problems)
  }
  const written = (key: string): LoopControl['label'] => {
    const entry = entries.get(key)
    return entry && writtenAny(entry.value)
  }
  const extended = entries.get('extended')
  return {
    loopVar: name('loop_var') ?? 'item',
    indexVar: name('index_var'),
    label: written('label'),
    pause: written('pause'),
    extended: extended !== undefined && writtenFlag(extended.value, 'extended', problems)?.value === true,
  }
}
