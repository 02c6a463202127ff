import { describe, expect, test } from 'vitest'
import type { Event } from '../../engine/events.ts'
import { askPrompts } from '../../engine/run/prompts.ts'
import { readExtraVars } from '../../engine/read/extra-vars.ts'
import { Template, type Vars } from '../../engine/value.ts'
import { memoryFiles } from '../support/run-harness.ts'
import { read } from '../read/reading.ts'

interface Asked {
  readonly question: string
  readonly echo: boolean
}

/** What the first play's prompts come to, and what was asked for them. */
async function answered(
  prompts: string,
  answers: readonly string[] | undefined,
  extra: readonly string[] = [],
): Promise<{ vars: Vars; asked: readonly Asked[]; events: readonly Event[] }> {
  const playbook = read({ '/p/site.yml': `- hosts: all\n  vars: { who: me }\n  vars_prompt: ${prompts}` })
  const asked: Asked[] = []
  const events: Event[] = []
  const left = [...(answers ?? [])]
  const ask = (question: string, { echo }: { echo: boolean }): Promise<string | undefined> => {
    asked.push({ question, echo })
    return Promise.resolve(left.shift())
  }
  const emit = (event: Event): void => void events.push(event)
  const extraVars = readExtraVars([...extra], memoryFiles({}))
  const prompted = await askPrompts([playbook], { extraVars }, { emit, ...(answers && { ask }) })
  return { vars: [...prompted.values()][0] ?? new Map(), asked, events }
}

describe('vars_prompt', () => {
  test.each<[string, readonly string[], unknown, readonly Asked[]]>([
    ['[{ name: x }]', ['typed'], 'typed', [{ question: 'input for x: ', echo: false }]],
    ['[{ name: x, prompt: Which }]', ['typed'], 'typed', [{ question: 'Which: ', echo: false }]],
    ['[{ name: x, prompt: Which, default: d }]', [''], 'd', [{ question: 'Which [d]: ', echo: false }]],
    ['[{ name: x, prompt: "{{ who }}?", private: no }]', ['a'], 'a', [{ question: 'me?: ', echo: true }]],
    ['[{ name: x, default: "{{ who }}" }]', [''], 'me', [{ question: 'input for x: ', echo: false }]],
    ['[{ name: x, unsafe: yes }]', ['{{ who }}'], '{{ who }}', [{ question: 'input for x: ', echo: false }]],
  ])('%s answered %j is %j', async (prompts, answers, value, questions) => {
    const { vars, asked } = await answered(prompts, answers)
    expect(vars.get('x')?.value).toEqual(value)
    expect(asked).toEqual(questions)
  })

  test('what is typed may be a template, as on the command line', async () => {
    const { vars } = await answered('[{ name: x }]', ['{{ who }}'])
    expect(vars.get('x')?.value).toBeInstanceOf(Template)
  })

  test('asks twice for what is to be confirmed, and again when it differs', async () => {
    const { vars, asked, events } = await answered('[{ name: x, confirm: yes }]', ['a', 'b', 'c', 'c'])
    expect(vars.get('x')?.value).toBe('c')
    expect(asked.map(({ question }) => question)).toEqual([
      'input for x: ',
      'confirm input for x: ',
      'input for x: ',
      'confirm input for x: ',
    ])
    expect(events).toMatchObject([{ type: 'warning', message: 'the values entered do not match' }])
  })

  test('hashes a password with the salt that is given', async () => {
    const { vars } = await answered('[{ name: x, encrypt: sha256_crypt, salt: abcdefgh }]', ['secret'])
    expect(vars.get('x')?.value).toMatch(/^\$5\$(rounds=\d+\$)?abcdefgh\$/)
  })

  test('does not ask for what -e says', async () => {
    const { vars, asked } = await answered('[{ name: x }]', ['typed'], ['x=given'])
    expect([vars.size, asked]).toEqual([0, []])
  })

  test('needs a default where there is no terminal', async () => {
    expect((await answered('[{ name: x, default: 7 }]', undefined)).vars.get('x')?.value).toBe(7)
    await expect(answered('[{ name: x }]', undefined)).rejects.toMatchObject({
      code: 'BAD_OPTIONS',
      place: { line: 3 },
      hint: 'give it with -e x=…, or a default',
    })
  })
})
