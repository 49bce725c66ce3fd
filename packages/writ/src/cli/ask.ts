import { defined, isWritError, type PlanCard, WritError } from '@writ/contract'
import { type AskedOptions, createWrit, type RunOptions } from '../index.ts'
import { contextOf } from './ask-context.ts'
import { type AskFlags, labelling, limitsOf, runOptions, writOptions } from './ask-options.ts'
import type { Attendance } from './attend.ts'
import { loadConfig } from './config.ts'
import { confirmed } from './confirm.ts'
import { deliverAttended } from './deliver-attended.ts'
import { planLines } from './print-plan.ts'
import { printableLine } from './printable.ts'
import { schemaFile } from './schema-file.ts'
import { withStdin } from './stdin-file.ts'

/** Time past the limit within which the process ends, whatever still hangs. */
const GRACE_MS = 900

/** Asks one question over paths, `-` for standard input, and prints the answer; resolves with the exit code. */
export async function ask(question: string, paths: readonly string[], flags: AskFlags): Promise<number> {
  return await withStdin(paths, (given) => askOver(question, given, { ...flags, isPiped: given !== paths }))
}

async function askOver(
  question: string,
  paths: readonly string[],
  { isPiped, ...flags }: AskFlags & { readonly isPiped: boolean },
): Promise<number> {
  const config = loadConfig(process.cwd(), process.env)
  const context = await contextOf(paths, flags, config)
  const limits = limitsOf(flags, config)
  const overdue = limits.timeoutMs === null ? undefined : endAt(limits.timeoutMs)
  const writ = await createWrit({ ...writOptions(flags, config), limits })
  try {
    const schema = flags.schema === undefined ? undefined : await schemaFile(flags.schema)
    const how = { ...runOptions(flags, config), ...defined({ schema }) }
    const asked: AskedOptions =
      context === undefined
        ? { query: question, continue: await writ.find(flags.continue ?? ''), ...how }
        : { query: question, context, ...labelling(flags, config), ...how }
    if (flags.dryRun === true) return printPlan(await writ.plan(asked), flags)
    return await deliverAttended(
      writ,
      flags,
      ({ aside, ...attendance }) => writ.completion({ ...asked, ...attendance, ...confirming(flags, aside) }),
      // What came by a pipe is in no file that is left.
      { context: isPiped ? undefined : context },
    )
  } catch (error) {
    throw beforeItBegan(error)
  } finally {
    await writ.close()
    clearTimeout(overdue)
  }
}

function printPlan(card: PlanCard, { json, jsonl }: AskFlags): number {
  const lines = json === true || jsonl === true ? [JSON.stringify(card)] : planLines(card).map(printableLine)
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

/** Shows the plan card of a costly run. Whoever sits at the terminal is asked, unless the flags say that nobody does. */
function confirming(flags: AskFlags, aside: Attendance['aside']): Pick<RunOptions, 'confirm'> {
  const unseen = flags.yes === true && flags.quiet === true
  if (unseen || flags.json === true || flags.jsonl === true) return {}
  const confirm = (card: PlanCard): Promise<boolean> =>
    aside(async () => {
      process.stderr.write(`${planLines(card).map(printableLine).join('\n')}\n`)
      return await confirmed('Go on?', flags)
    })
  return { confirm }
}

/** A run that began is suspended, not interrupted: whoever reads this must not look for one to resume. */
function beforeItBegan(error: unknown): unknown {
  return isWritError(error) && error.code === 'INTERRUPTED'
    ? new WritError('INTERRUPTED', 'Interrupted before the run began: there is none to resume.', {
        cause: error,
      })
    : error
}

/** The last resort for the time limit: a run that cannot even close leaves its records, and the process ends. */
function endAt(timeoutMs: number): NodeJS.Timeout {
  const timer = setTimeout(
    () => {
      process.stderr.write(
        'writ: TIMED_OUT: The run did not close in time; what it has is in the ledger.\n`writ runs` shows it as open, `writ resume` goes on with it, `writ abort` ends it.\n',
      )
      process.exit(4)
    },
    Math.max(0, timeoutMs - performance.now()) + GRACE_MS,
  )
  timer.unref()
  return timer
}
