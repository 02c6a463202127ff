import { KplayError, Problems } from '../errors.ts'
import type { Playbook } from '../model.ts'
import { didYouMean } from '../schema/parse.ts'
import { SPECIAL_TAGS, tagsOf } from './chain.ts'
import { flatTasks, planPlay, tasksAmong, type TagChoice } from './plan.ts'

/** Finds tags of --tags and --skip-tags that no task of any playbook has. */
export function validateTags(playbooks: readonly Playbook[], { tags, skipTags, extraVars }: TagChoice): void {
  if (tags.length + skipTags.length === 0) return
  const plays = playbooks.flatMap((playbook) => playbook.plays)
  const plans = plays.map((play) => planPlay(play, { tags: ['all', 'never'], skipTags: [], extraVars }, () => 0))
  const tasks = plans.flatMap(({ sections }) => sections.flat().flatMap(flatTasks))
  const included = tasksAmong(tasks.flatMap(({ task }) => task.includes?.known?.nodes ?? []))
  // What an include will read only when it runs may have any tag.
  if ([...tasks.map(({ task }) => task), ...included].some(({ includes }) => includes && !includes.known)) return
  const inside = included.flatMap(({ keywords, includes }) => [...keywords.tags, ...(includes?.apply.tags ?? [])])
  const applied = tasks.flatMap(({ task }) => task.includes?.apply.tags ?? [])
  const written = [...inside, ...applied]
  if (written.some((tag) => typeof tag !== 'string')) return
  const known = [
    ...new Set([...tasks.flatMap(({ chain }) => [...tagsOf(chain, extraVars)]), ...written.map(String)]),
  ].sort()
  const problems = new Problems()
  for (const [option, given] of [
    ['--tags', tags],
    ['--skip-tags', skipTags],
  ] as const) {
    for (const tag of given) {
      if (known.includes(tag) || SPECIAL_TAGS.includes(tag)) continue
      problems.keep(
        new KplayError('BAD_OPTIONS', `no task has the tag ${tag}`, {
          place: { file: option, line: 1, column: 1 },
          hint: didYouMean(tag, known) ?? (known.length > 0 ? `tags: ${known.join(', ')}` : 'no task has a tag'),
        }),
      )
    }
  }
  problems.throwIfAny()
}
