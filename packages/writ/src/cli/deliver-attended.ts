import type { Answer } from '@writ/contract'
import type { ContextSource, Writ } from '../index.ts'
import { type Attendance, attend } from './attend.ts'
import { type DeliverFlags, deliver } from './deliver.ts'
import { deliverValue } from './deliver-value.ts'
import { exitCodeOf } from './exit-code.ts'
import { requireValueFile } from './value-file/value-file.ts'

/**
 * Has a Writ come to an answer while somebody watches, prints it, and resolves with its exit code. `run` is the one that
 * goes on, where there is one already, and `context` what a new one is asked over.
 */
export async function deliverAttended(
  writ: Writ,
  flags: DeliverFlags,
  ask: (attendance: Pick<Attendance, 'suspend' | 'onEvent' | 'aside'>) => Promise<Answer>,
  { run, context }: { readonly run?: string; readonly context?: ContextSource | undefined } = {},
): Promise<number> {
  const { outValue } = flags
  if (outValue !== undefined) requireValueFile(outValue)
  const attendance = attend(flags, run)
  try {
    const { suspend, onEvent, aside } = attendance
    const answer = await ask({ suspend, onEvent, aside })
    attendance.unwatch()
    await deliver(answer, writ, flags, context)
    const failed = outValue === undefined ? null : await deliverValue(answer, writ, outValue)
    return failed?.exitCode ?? exitCodeOf(answer)
  } finally {
    attendance.end()
  }
}
