import { createWrit } from '../index.ts'
import { loadConfig } from './config.ts'
import { exitCodeOf } from './exit-code.ts'
import { homeOf } from './home.ts'
import { onInterrupt } from './interrupt.ts'
import { modelAccess } from './model-access.ts'
import { printAnswer } from './print-answer.ts'
import { chooseWatch } from './watch.ts'

export interface ResumeFlags {
  readonly keyEnv?: string
  readonly home?: string
  readonly json?: boolean
  readonly jsonl?: boolean
  readonly quiet?: boolean
}

/**
 * Goes on with a run whose process ended, with what it began with; keys come from the environment. Prints
 * the answer and resolves with its exit code.
 */
export async function resume(run: string, flags: ResumeFlags): Promise<number> {
  const { baseUrl: _, ...access } = modelAccess(flags, loadConfig(process.cwd(), process.env), process.env)
  const watch = chooseWatch(flags)
  const interrupt = onInterrupt()
  const writ = await createWrit({ ...homeOf(flags), ...access })
  try {
    const answer = await writ.resume(run, {
      suspend: interrupt.signal,
      onEvent: (event) => watch.onEvent(event),
    })
    watch.stop()
    if (flags.jsonl !== true)
      process.stdout.write(flags.json === true ? `${JSON.stringify(answer)}\n` : printAnswer(answer))
    return exitCodeOf(answer.status)
  } finally {
    watch.stop()
    interrupt.stop()
    await writ.close()
  }
}
