import { printableLine } from './printable.ts'
import { runLines } from './show-run.ts'
import { stepText } from './show-step.ts'
import { looking, type ViewFlags } from './view-flags.ts'

export interface ShowFlags extends ViewFlags {
  readonly full?: boolean
}

/** Shows the frames and steps of a run, or one step whole. */
export async function show(name: string, step: string | undefined, flags: ShowFlags): Promise<number> {
  return await looking(flags, async (writ, as) => {
    const run = await writ.find(name)
    if (step === undefined) {
      const view = await writ.show(run, as)
      const lines = runLines(view, { columns: columnsOf(flags), full: flags.full === true, name })
      print(flags, view, `${lines.map(printableLine).join('\n')}\n`)
    } else {
      const detail = await writ.showStep(run, step, as)
      print(flags, detail, stepText(detail))
    }
    return 0
  })
}

function print({ json }: ShowFlags, value: unknown, text: string): void {
  process.stdout.write(json === true ? `${JSON.stringify(value)}\n` : text)
}

/** A line each on a terminal; as long as they are anywhere else. */
function columnsOf({ full }: ShowFlags): number {
  return process.stdout.isTTY && full !== true ? process.stdout.columns || 80 : Infinity
}
