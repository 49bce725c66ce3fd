import { relative } from 'node:path'
import type { Answer } from '@writ/contract'
import type { ContextSource, Writ } from '../index.ts'
import { checkCommands } from './check-commands.ts'
import { describeFork } from './describe-fork.ts'
import { homeOption } from './home.ts'
import { type AnswerScreen, printAnswer, WHOLE } from './print-answer.ts'
import type { WatchFlags } from './watch.ts'

/** How an answer is printed. */
export interface DeliverFlags extends WatchFlags {
  /** A file for the released value. */
  readonly outValue?: string
  readonly full?: boolean
}

/** Below this many rows every one is used; above, the shell may have a prompt of two. */
const ROOMY = 24

/** Prints an answer on stdout as flags and terminal want it. `context` is what was asked over, where it was just given. */
export async function deliver(
  answer: Answer,
  writ: Writ,
  flags: DeliverFlags,
  context?: ContextSource,
): Promise<void> {
  if (flags.jsonl === true) return
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(answer)}\n`)
    return
  }
  const { partitions, fork, answerSchema: schema } = await writ.origin(answer.run)
  const evidence = answer.evidence === null ? {} : { evidence: shortest(answer.evidence) }
  const around = {
    partitions,
    ...(fork === null ? {} : { fork: describeFork(fork) }),
    ...(schema === null ? {} : { schema }),
    ...evidence,
    ...(context === undefined ? {} : { checks: checkCommands(answer, context) }),
    options: homeOption(flags),
  }
  process.stdout.write(printAnswer(answer, screenOf(process.stdout, flags.full === true), around))
}

/** What fits a terminal; everything in a pipe, or when all is asked for. */
export function screenOf(out: NodeJS.WriteStream, full: boolean): AnswerScreen {
  if (!out.isTTY) return WHOLE
  const colour = out.hasColors()
  if (full) return { ...WHOLE, colour }
  const rows = out.rows || ROOMY
  return { columns: out.columns || 80, rows: rows - (rows < ROOMY ? 1 : 2), colour }
}

function shortest(path: string): string {
  const near = relative(process.cwd(), path)
  return near.length < path.length ? near : path
}
