import { createWrit } from 'writ'
import { printAnswer } from 'writ/terminal'
import { modelFromEnvironment } from './model.ts'

// One question over a directory, the answer with what it rests on, and its evidence verified.
//   node library.ts "How can the lease be ended?"

const [query = 'How can the lease be ended?'] = process.argv.slice(2)
const writ = await createWrit({ home: '.writ', ...modelFromEnvironment() })
try {
  const answer = await writ.completion({
    query,
    context: { paths: ['documents'] },
    limits: { maxCalls: 200 },
  })
  // As the command prints it; `answer.value`, `answer.citations` and the rest are plain data.
  process.stdout.write(printAnswer(answer))
  // Held against the keys of this home: a byte changed in the file, or in the answer, and it does not hold.
  const { ok } = await writ.verify(answer.evidence ?? '', { answer })
  console.log(ok ? `The evidence holds: ${answer.evidence}` : 'The evidence does not hold.')
} finally {
  await writ.close()
}
