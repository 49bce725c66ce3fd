import { createWrit, type FollowUpOptions } from 'writ'
import { printAnswer } from 'writ/terminal'
import { modelFromEnvironment } from './model.ts'

// A chat over a directory. Each question after the first goes on from the run before it: the root model is told what was
// asked and answered, under its label, and the evidence names that run.
//   node chat.ts "How can the lease be ended?" "By whom?"

const questions = process.argv.slice(2)
const writ = await createWrit({ home: '.writ', ...modelFromEnvironment() })
let before: string | undefined
try {
  for (const query of questions) {
    const asked: FollowUpOptions | undefined = before === undefined ? undefined : { query, continue: before }
    const stream = writ.stream(asked ?? { query, context: { paths: ['documents'] } })
    console.log(`> ${query}`)
    // What the run does while it goes on. Nothing of an answer is there before it was released.
    for await (const event of stream)
      if (event.type === 'decision' && event.verdict !== 'allow') console.log(`  refused: ${event.action}`)
    const answer = await stream.answer
    process.stdout.write(printAnswer(answer))
    // A run that released nothing cannot be gone on from.
    if (answer.basis !== null) before = answer.run
  }
} finally {
  await writ.close()
}
