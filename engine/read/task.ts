import type { Conditions, Node, Task, Written } from '../model.ts'
import { readAction } from './action.ts'
import { isInclude, readInclude } from './include.ts'
import { readLoop } from './loops.ts'
import { isNothing, kindOf, type YamlEntry, type YamlMap, type YamlNode } from './nodes.ts'
import { readProperties } from './properties.ts'
import { readRegister } from './register.ts'
import type { Reading } from './reading.ts'
import { conditions, handlerNames, topics, writtenAny, writtenText, writtenWhole } from './written.ts'

export { FREE_FORM } from './arguments.ts'

/** A list of tasks and blocks. */
export function readNodes(node: YamlNode, reading: Reading): readonly Node[] {
  if (isNothing(node)) return []
  if (node.kind !== 'list') {
    reading.problems.add('BAD_YAML', `tasks are a list, not ${kindOf(node)}`, {
      place: node.place,
      hint: 'each task starts with "- "',
    })
    return []
  }
  return node.items.flatMap((item) => readNode(item, reading) ?? [])
}

const BLOCK_KEYS = ['block', 'rescue', 'always']

function readNode(node: YamlNode, reading: Reading): Node | undefined {
  if (node.kind !== 'map') {
    if (!isNothing(node))
      reading.problems.add('BAD_YAML', `a task is a map, not ${kindOf(node)}`, { place: node.place })
    return undefined
  }
  return node.entries.some(({ key }) => BLOCK_KEYS.includes(key)) ? readBlock(node, reading) : readTask(node, reading)
}

function readBlock(map: YamlMap, reading: Reading): Node {
  const { keywords, own } = readProperties(map, 'block', reading.problems)
  const notify = own.get('notify')
  const inside = notify ? { ...reading, notify: handlerNames(notify.value, reading.problems) } : reading
  const part = (key: string): readonly Node[] => {
    const entry = own.get(key)
    const guarded = reading.guarded || (key === 'block' && own.has('rescue'))
    return entry ? readNodes(entry.value, { ...inside, guarded }) : []
  }
  const listen = own.get('listen')
  if (listen && reading.part !== 'handlers')
    reading.problems.add('BAD_YAML', 'listen is for handlers', { place: listen.keyPlace })
  const serial = own.get('serial')
  const order = own.get('order')
  if (order && !serial) reading.problems.add('BAD_YAML', 'order on a block needs serial', { place: order.keyPlace })
  if (!own.has('block')) reading.problems.add('BAD_YAML', 'rescue and always need a block', { place: map.place })
  return {
    kind: 'block',
    name: nameOf(own, reading),
    place: map.place,
    keywords,
    block: part('block'),
    rescue: part('rescue'),
    always: part('always'),
    role: reading.role,
    serial: serial && writtenAny(serial.value),
    order: order && writtenAny(order.value),
    whole: own.has('name') || listen !== undefined,
    listen: listen && topics(listen.value, reading.problems),
  }
}

const nameOf = (own: ReadonlyMap<string, YamlEntry>, { problems }: Reading): Written | undefined => {
  const entry = own.get('name')
  return entry && writtenText(entry.value, 'name', problems)
}

function readTask(map: YamlMap, reading: Reading): Node | undefined {
  const { problems } = reading
  const properties = readProperties(map, reading.part === 'handlers' ? 'handler' : 'task', problems)
  const { own } = properties
  const action = readAction(map, properties, reading)
  if (!action) return undefined
  const loop = readLoop(own, problems)
  const name = nameOf(own, reading)

  const keywords = action.delegateTo
    ? { ...properties.keywords, delegateTo: properties.keywords.delegateTo ?? action.delegateTo }
    : properties.keywords
  const optional = <T>(key: string, read: (node: YamlNode) => T): T | undefined => {
    const entry = own.get(key)
    return entry && read(entry.value)
  }
  const whole = (key: string): Written | undefined => optional(key, (node) => writtenWhole(node, key, problems))
  const judged = (key: string): Conditions | undefined => {
    const list = optional(key, (node) => conditions(node, key, problems))
    return list?.length ? list : undefined
  }
  const task: Task = {
    kind: 'task',
    name,
    action: action.name,
    templatedAction: action.templated,
    actionPlace: action.place,
    args: action.args,
    moreArgs: action.more,
    place: map.place,
    keywords,
    ...loop,
    ...readRegister(own.get('register'), problems),
    notify: optional('notify', (node) => handlerNames(node, problems)) ?? reading.notify ?? [],
    listen: optional('listen', (node) => topics(node, problems)) ?? [],
    until: judged('until') ?? [],
    retries: whole('retries'),
    delay: optional('delay', writtenAny),
    changedWhen: judged('changed_when'),
    failedWhen: judged('failed_when'),
    async: whole('async'),
    poll: whole('poll'),
    role: reading.role,
  }
  return isInclude(action.name) ? readInclude(task, map, reading) : task
}
