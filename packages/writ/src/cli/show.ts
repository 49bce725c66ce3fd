import { counted, dollars } from '@writ/contract'
import { createWrit, erasedRuns, type ForkView, type RunView } from '../index.ts'
import { homeOf } from './home.ts'
import { printableLine } from './printable.ts'
import { runNamed } from './run-named.ts'

interface Flags {
  readonly home?: string
  readonly json?: boolean
}

/** Shows the frames and steps of a run. */
export async function show(name: string, flags: Flags): Promise<number> {
  const run = await runNamed(name, flags)
  const writ = await createWrit(homeOf(flags))
  try {
    const view = await writ.show(run)
    process.stdout.write(flags.json === true ? `${JSON.stringify(view)}\n` : describe(view))
    return 0
  } finally {
    await writ.close()
  }
}

/** Lists the runs of a home, newest first. */
export async function runs(flags: Flags): Promise<number> {
  const writ = await createWrit(homeOf(flags))
  try {
    const erased = erasedRuns(writ.home)
    const listed = (await writ.runs()).map((head) => ({
      run: head.run,
      status: erased.has(head.run) ? 'erased' : head.status,
      question: head.question,
      startedAt: new Date(head.startedAt).toISOString(),
    }))
    const lines = listed.map((head) =>
      printableLine(`${head.run}  ${head.status.padEnd(10)}  ${head.startedAt}  ${head.question}`),
    )
    const text = lines.length > 0 ? `${lines.join('\n')}\n` : 'There are no runs in this home yet.\n'
    process.stdout.write(flags.json === true ? `${JSON.stringify({ runs: listed })}\n` : text)
    return 0
  } finally {
    await writ.close()
  }
}

/** What a forked run shares, in a line. */
export function describeFork({ run, at, records, charged }: ForkView): string {
  const paid = `${counted(charged.calls, 'model call')} (${dollars(charged.costMicroUsd)})`
  return `from ${run} at ${at.lane}/${at.n}: ${counted(records, 'record')} shared, with ${paid} that ${charged.calls === 1 ? 'was' : 'were'} paid there`
}

function describe(view: RunView): string {
  const lines = [
    `run ${view.run}: ${view.status}`,
    `question: ${view.question ?? '(erased)'}`,
    ...(view.fork === null ? [] : [`forked ${describeFork(view.fork)}`]),
    '',
  ]
  const stepsOf = Map.groupBy(view.steps, ({ lane }) => lane)
  for (const frame of view.frames) {
    const indent = '  '.repeat(frame.depth)
    lines.push(
      `${indent}frame ${frame.lane} · ${frame.turns} turns · ${(frame.goal ?? '(erased)').replace(/\s+/g, ' ').slice(0, 100)}`,
    )
    for (const step of stepsOf.get(frame.lane) ?? [])
      lines.push(
        `${indent}  ${String(step.n).padStart(4)} ${step.kind.padEnd(16)} ${step.outcome}${step.shared ? ' · shared' : ''}`,
      )
  }
  return `${lines.map(printableLine).join('\n')}\n`
}
