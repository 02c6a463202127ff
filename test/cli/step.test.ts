import { expect, test } from 'vitest'
import { stepping } from '../../engine/cli/step.ts'
import type { TaskInfo } from '../../engine/events.ts'

const task: TaskInfo = {
  id: 1,
  name: 'install',
  role: 'web',
  action: 'apt',
  handler: false,
  place: { file: '/site.yml', line: 1, column: 1 },
}

test('what is answered counts; nothing means no; after continue nothing is asked', async () => {
  const answers = ['', 'y', 'No', 'YES', 'what', 'c']
  const questions: string[] = []
  const confirm = stepping((question) => {
    questions.push(question)
    return Promise.resolve(answers.shift())
  })
  const allowed: boolean[] = []
  for (let count = 0; count < 8; count++) allowed.push(await confirm(task))
  expect(allowed).toEqual([false, true, false, true, false, true, true, true])
  expect(questions).toEqual(Array(6).fill('run web : install? (N)o/(y)es/(c)ontinue: '))
})
test('without a terminal nobody can be asked', async () => {
  await expect(stepping(() => Promise.resolve(undefined))(task)).rejects.toThrow('there is no terminal to ask on')
})
