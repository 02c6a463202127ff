import picomatch from 'picomatch'
import { flag, list, text, whole } from '../../schema/field.ts'
import { interpreterOf } from '../connect.ts'
import { environmentBefore } from '../environment.ts'
import { settled } from '../../values/suspend.ts'
import { defineControl } from './define.ts'

export const setup = defineControl({
  name: 'setup',
  summary: 'Gathers facts about the host with one POSIX script.',
  notes:
    'All facts that anything in the run can read are gathered at once, in one round trip; with -v, with JSON output and where the task registers a variable, all there are. Those of `gather_subset` are min, hardware, network and virtual. Local facts that are programs are run, in a dry run too.',
  args: {
    gather_subset: list(text({ help: 'A subset, or ! and one to leave out.' }), {
      optional: true,
      help: 'Which facts.',
    }),
    gather_timeout: whole({ optional: true, help: 'Seconds that a local fact may take that is a program.' }),
    filter: list(text({ help: 'A name with * and ?.' }), { optional: true, help: 'Only facts with such a name.' }),
    parallel: flag({ optional: true, help: 'Accepted: all facts come at once.' }),
    fact_path: text({ optional: true, help: 'The folder of local facts, instead of /etc/ansible/facts.d.' }),
  },
  examples: [
    { title: 'Gather them again', args: {} },
    { title: 'Only what is cheap', args: { gather_subset: ['!all'] } },
  ],
  async run({ gather_subset, gather_timeout, filter, fact_path }, { target, job, run }) {
    const python = interpreterOf(job.workplace.scope)
    const environment = await settled(() => environmentBefore(job))
    const { register, projections } = job.planned.task
    const read = register === undefined && projections === undefined ? run.factsRead?.() : undefined
    const wanted = { read, subsets: gather_subset, factPath: fact_path, timeout: gather_timeout, python, environment }
    const all = await (await target()).facts(wanted)
    const facts = Object.fromEntries(Object.entries(all).filter(([name]) => isNamed(name, filter ?? [])))
    const named = Object.fromEntries(Object.entries(facts).map(([name, value]) => [`ansible_${name}`, value]))
    return { values: { ansible_facts: named }, learnt: { facts } }
  },
})

/** Patterns may begin with the prefix that facts have as variables. */
function isNamed(name: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return true
  return patterns.some((pattern) => picomatch.isMatch(name, pattern.replace(/^ansible_/, '')))
}
