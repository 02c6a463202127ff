import { makeLink, removePath } from '../host/actions.ts'
import { defineModule } from '../module/define.ts'
import { choice, flag, path } from '../schema/field.ts'
import { dirname, join, withoutSlash } from './_path.ts'
import { hostPath } from './_path-field.ts'
import { named, refusal } from './_refuse.ts'

export const symlink = defineModule({
  name: 'symlink',
  files: true,
  summary: 'Points a symbolic link at a target, switching it atomically.',
  notes:
    'The new link is made beside the old one and renamed over it, so there is no moment without a link; a link to a folder is never descended into. A relative target counts from the folder of the link. A target that is not there is told as a warning.',
  args: {
    path: path({ aliases: ['dest', 'link'], help: 'The link itself.' }),
    target: hostPath({
      optional: true,
      aliases: ['src'],
      pattern: /^[^\0]+$/,
      help: 'What the link points to, as it shall be written: absolute, or relative to the folder of the link.',
    }),
    state: choice(['present', 'absent'], { default: 'present', help: 'Whether the link should be there.' }),
    force: flag({ default: false, help: 'Replace a file or an empty folder that is in the way.' }),
  },
  examples: [
    { title: 'Switch to another version', args: { path: '/opt/kafka', target: '/opt/kafka_2.13-3.7.0' } },
    { title: 'A relative target', args: { path: '/opt/kafka', target: 'kafka_2.13-3.7.0' } },
    { title: 'Remove a link', args: { path: '/opt/old', state: 'absent' } },
  ],

  rule: ({ state, target }) =>
    state === 'present' && target === undefined ? 'target is required unless state is absent' : undefined,

  async probe({ path, target, state }, reader) {
    const place = withoutSlash(path)
    const [entry, above, aim] = await Promise.all([
      reader.lstat(place),
      state === 'present' ? reader.stat(dirname(place)) : undefined,
      target === undefined ? undefined : reader.stat(join(dirname(place), target)),
    ])
    const full = entry?.kind === 'dir' && ((await reader.children(place)) ?? []).length > 0
    return {
      kind: entry?.kind ?? 'absent',
      target: entry?.target ?? null,
      full,
      above: above?.kind ?? 'absent',
      dangling: aim === undefined,
    }
  },

  want: ({ state, target }) => (state === 'present' ? { kind: 'link' as const, target } : { kind: 'absent' as const }),

  apply({ path, force }, now, want) {
    const place = withoutSlash(path)
    const { kind } = now
    if (kind === 'dir' && (now.full || !force))
      throw refusal(`${place} is a folder, not a link`, 'move it away; force: true gives up an empty folder only')
    if (kind !== 'dir' && kind !== 'link' && kind !== 'absent' && !force)
      throw refusal(`${place} is ${named(kind)}, not a link`, 'move it away, or set force: true')
    if (typeof want.target !== 'string') return [removePath(place)]
    if (now.above === 'absent')
      throw refusal(`${dirname(place)} is not there, so no link can be made in it`, 'make the folder first')
    if (now.above !== 'dir' && now.above !== 'unknown')
      throw refusal(`${dirname(place)} is ${named(now.above)}, so no link can be made in it`)
    return [...(kind === 'dir' ? [removePath(place)] : []), makeLink(place, want.target)]
  },

  warnings: ({ path, target }, { dangling }, want) =>
    want.kind === 'link' && dangling ? [`${path} points to ${target}, which is not there`] : [],

  result: ({ path, target }, _now, after) => ({
    path,
    dest: path,
    src: target,
    state: after.kind === 'link' ? 'link' : 'absent',
  }),
})
