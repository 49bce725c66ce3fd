import { attend } from './attend.ts'
import { loadConfig } from './config.ts'
import { type DeliverFlags, deliver } from './deliver.ts'
import { exitCodeOf } from './exit-code.ts'
import { inHome } from './in-home.ts'
import { modelAccess } from './model-access.ts'

export interface ResumeFlags extends DeliverFlags {
  readonly keyEnv?: string
}

/**
 * Goes on with a run whose process ended, with what it began with; keys come from the environment. Prints
 * the answer and resolves with its exit code.
 */
export async function resume(name: string, flags: ResumeFlags): Promise<number> {
  const { baseUrl: _, ...access } = modelAccess(flags, loadConfig(process.cwd(), process.env), process.env)
  return await inHome(
    flags,
    async (writ) => {
      const run = await writ.find(name)
      const attendance = attend(flags, run)
      try {
        const { suspend, onEvent } = attendance
        const answer = await writ.resume(run, { suspend, onEvent })
        attendance.unwatch()
        await deliver(answer, writ, flags)
        return exitCodeOf(answer.status)
      } finally {
        attendance.end()
      }
    },
    access,
  )
}
