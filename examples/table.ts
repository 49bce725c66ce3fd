import { createWrit } from 'writ'
import { printAnswer } from 'writ/terminal'
import { z } from 'zod'
import { modelFromEnvironment } from './model.ts'

// A table whose rows have a type: what is released fits the schema, or nothing is. It needs a model that understands.
//   WRIT_MODEL=ollama/qwen3:8b node table.ts

const Contract = z.object({ file: z.string(), ends: z.iso.date().nullable(), noticeDays: z.int().nullable() })

const writ = await createWrit({ home: '.writ', ...modelFromEnvironment() })
try {
  const answer = await writ.completion({
    query: 'When does each contract end, and with how many days of notice?',
    context: { paths: ['documents'] },
    schema: z.array(Contract),
    limits: { maxCalls: 200 },
  })
  // `answer.value` is of type { file: string; ends: string | null; noticeDays: number | null }[] | null.
  for (const { file, ends, noticeDays } of answer.value ?? [])
    console.log(`${file}: ends ${ends ?? 'on no fixed day'}, days of notice: ${noticeDays ?? 'not said'}`)
  if (answer.basis === null) process.stdout.write(printAnswer(answer))
} finally {
  await writ.close()
}
