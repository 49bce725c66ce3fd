import { inHome } from './in-home.ts'
import { onScreen } from './on-screen.ts'
import { printableLine } from './printable.ts'

/** Lists the runs of a home, newest first. */
export async function runs(flags: { readonly home?: string; readonly json?: boolean }): Promise<number> {
  return await inHome(flags, async (writ) => {
    const erased = await writ.erasures.runs()
    const listed = (await writ.runs()).map((head) => ({
      run: head.run,
      status: erased.has(head.run) ? 'erased' : head.status,
      question: head.question,
      startedAt: new Date(head.startedAt).toISOString(),
    }))
    const damaged = await writ.ledger.damaged()
    for (const path of damaged)
      process.stderr.write(
        `${printableLine(`! ${path} is damaged: its runs are not listed. \`writ doctor\` says more.`)}\n`,
      )
    const lines = listed.map((head) =>
      printableLine(`${head.run}  ${head.status.padEnd(10)}  ${head.startedAt}  ${head.question}`),
    )
    const text = lines.length > 0 ? `${lines.join('\n')}\n` : 'There are no runs in this home yet.\n'
    process.stdout.write(
      flags.json === true ? `${JSON.stringify({ runs: listed, damaged })}\n` : onScreen(text, process.stdout),
    )
    return 0
  })
}
