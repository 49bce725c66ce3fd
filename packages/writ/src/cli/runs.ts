import { createWrit, erasedRuns } from '../index.ts'
import { homeOf } from './home.ts'
import { printableLine } from './printable.ts'

/** Lists the runs of a home, newest first. */
export async function runs(flags: { readonly home?: string; readonly json?: boolean }): Promise<number> {
  const writ = await createWrit(homeOf(flags))
  try {
    const erased = erasedRuns(writ.home)
    const listed = (await writ.runs()).map((head) => ({
      run: head.run,
      status: erased.has(head.run) ? 'erased' : head.status,
      question: head.question,
      startedAt: new Date(head.startedAt).toISOString(),
    }))
    const damaged = await writ.damaged()
    for (const path of damaged)
      process.stderr.write(
        `${printableLine(`! ${path} is damaged: its runs are not listed. \`writ doctor\` says more.`)}\n`,
      )
    const lines = listed.map((head) =>
      printableLine(`${head.run}  ${head.status.padEnd(10)}  ${head.startedAt}  ${head.question}`),
    )
    const text = lines.length > 0 ? `${lines.join('\n')}\n` : 'There are no runs in this home yet.\n'
    process.stdout.write(flags.json === true ? `${JSON.stringify({ runs: listed, damaged })}\n` : text)
    return 0
  } finally {
    await writ.close()
  }
}
