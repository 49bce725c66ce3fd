import {
  goldLabels,
  hopLeaf,
  labelLeaf,
  madePairsQuestions,
  madeQuestions,
  madeSentences,
  multiHopTask,
  oolongTasks,
  pairsTasks,
  playing,
  queryOf,
} from '@writ/simulator'
import { expect, it } from 'vitest'
import { scriptedHome } from './scripted-home.fixture.ts'

// Whether the engine comes to the right answer when its model makes no mistake: a part of `npm run bench -- exactness`.

it('answers exactly what it is asked of a scripted model, whose leaves lose rows', async () => {
  const questions = madeQuestions()
  const tasks = [
    ...oolongTasks(4_096, 'test', questions).slice(0, 1),
    ...pairsTasks(4_096, 'test', questions, madePairsQuestions()).slice(2),
    multiHopTask(3, 'test', madeSentences(2_000, 'test')),
  ]
  const script = playing(tasks, {
    'leaf.label': labelLeaf(goldLabels(questions), { seed: 'test', rowLoss: 0.1 }),
    'leaf.hop': hopLeaf,
  })
  const home = await scriptedHome()
  try {
    for (const task of tasks) {
      const { answer } = await home.ask(script, {}, { query: queryOf(task), context: task.context })
      expect([task.id, answer.status, task.score(answer.answer ?? '')]).toEqual([task.id, 'complete', 1])
    }
  } finally {
    await home.close()
  }
})
