import { createWrit } from 'writ'
import { modelFromEnvironment } from './model.ts'

// A script over a directory: what it can cost at most, then its rows. It needs a model that understands.
//   WRIT_MODEL=ollama/qwen3:8b node script.ts "ending the agreement"

const [clause = 'ending the agreement'] = process.argv.slice(2)
const asked = {
  query: `What does each contract say about ${clause}?`,
  context: { paths: ['documents'] },
  strategy: 'script:./clause.js',
  input: { clause },
}
const writ = await createWrit({ home: '.writ', ...modelFromEnvironment() })
try {
  const { bound } = await writ.plan(asked)
  const { answer, value, reason, usage } = await writ.completion(asked)
  console.log(`${usage.modelCalls} model calls, ${bound.calls} at most`)
  console.table(value ?? [{ answer, reason }])
} finally {
  await writ.close()
}
