import { createWrit } from '../index.ts'
import { attend } from './attend.ts'
import { loadConfig } from './config.ts'
import { type DeliverFlags, deliver } from './deliver.ts'
import { exitCodeOf } from './exit-code.ts'
import { homeOf } from './home.ts'
import { modelAccess } from './model-access.ts'
import { runNamed } from './run-named.ts'

export interface ResumeFlags extends DeliverFlags {
  readonly keyEnv?: string
}

/**
 * Goes on with a run whose process ended, with what it began with; keys come from the environment. Prints
 * the answer and resolves with its exit code.
 */
export async function resume(name: string, flags: ResumeFlags): Promise<number> {
  const { baseUrl: _, ...access } = modelAccess(flags, loadConfig(process.cwd(), process.env), process.env)
  const run = await runNamed(name, flags)
  const attendance = attend(flags, run)
  const writ = await createWrit({ ...homeOf(flags), ...access })
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
