import { generateText, type ModelMessage, streamText } from 'ai'
import { createWrit } from 'writ'
import { modelFromEnvironment } from './model.ts'

// An application of the AI SDK over governed runs: the model it is given is a Writ with a context.
//   node ai-sdk.ts

const writ = await createWrit({ home: '.writ', ...modelFromEnvironment() })
try {
  const model = writ.languageModel({ context: { paths: ['documents'] }, limits: { maxCalls: 200 } })
  const question: ModelMessage = { role: 'user', content: 'How can the lease be ended?' }
  const first = await generateText({ model, messages: [question] })
  console.log(`${first.finishReason}: ${first.text}`)
  console.log(`  cites ${first.sources.map(({ title }) => title).join(', ')}`)
  console.log('  evidence', first.providerMetadata?.writ?.evidence)

  // The messages that came back name the run of the answer, so that its label and its evidence are known.
  const next: ModelMessage = { role: 'user', content: 'By whom?' }
  const second = streamText({ model, messages: [question, ...first.responseMessages, next] })
  for await (const part of second.stream) {
    if (part.type === 'reasoning-delta') console.log(`  … ${part.text.trim()}`)
    if (part.type === 'text-delta') console.log(part.text)
    if (part.type === 'error') throw part.error
  }
} finally {
  await writ.close()
}
