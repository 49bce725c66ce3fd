import { createWrit } from '../index.ts'
import { attend } from './attend.ts'
import { type DeliverFlags, deliver } from './deliver.ts'
import { exitCodeOf } from './exit-code.ts'
import { homeOf } from './home.ts'
import { runNamed } from './run-named.ts'

/**
 * Goes on with a run whose process ended, with what it began with; the model's key comes from the environment. Prints
 * the answer and resolves with its exit code.
 */
export async function resume(name: string, flags: DeliverFlags): Promise<number> {
  const { OPENAI_API_KEY: apiKey } = process.env
  const run = await runNamed(name, flags)
  const attendance = attend(flags, run)
  const writ = await createWrit({ ...homeOf(flags), ...(apiKey === undefined ? {} : { apiKey }) })
  try {
    const { suspend, onEvent } = attendance
    const answer = await writ.resume(run, { suspend, onEvent })
    attendance.unwatch()
    await deliver(answer, writ, flags)
    return exitCodeOf(answer.status)
  } finally {
    attendance.end()
    await writ.close()
  }
}
