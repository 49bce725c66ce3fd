import { type Amount, addAmounts, NOTHING } from '@writ/contract'
import type { HomeServices } from '../../home/home-services.ts'
import { mostOf } from './cap-keeper.ts'
import type { ItemKey, JournalledRun } from './journal.ts'
import { type RecordedItem, recordedItem } from './recorded-item.ts'

/** A run that an evaluation began before it was taken up again. */
export interface EarlierRun {
  readonly run: string
  readonly recorded: RecordedItem
}

/** The runs of an evaluation that is taken up again. */
export class EarlierRuns {
  readonly #runs: readonly (EarlierRun & { readonly key: string })[]

  private constructor(runs: readonly (EarlierRun & { readonly key: string })[]) {
    this.#runs = runs
  }

  static async read(services: HomeServices, journalled: readonly JournalledRun[]): Promise<EarlierRuns> {
    const runs = []
    for (const { run, ...item } of journalled) {
      const recorded = await recordedItem(services, run)
      if (recorded !== undefined) runs.push({ key: keyOf(item), run, recorded })
    }
    return new EarlierRuns(runs)
  }

  /** The last run of an asking; undefined where there is none, or it was aborted. */
  of(item: ItemKey): EarlierRun | undefined {
    return this.#runs.findLast(({ key, recorded }) => key === keyOf(item) && !recorded.aborted)
  }

  /** What was spent before, and the most that runs may have spent which are open or were aborted. */
  get amounts(): { readonly spent: Amount; readonly unknown: Amount } {
    const recorded = this.#runs.map((run) => run.recorded)
    const ended = recorded.flatMap(({ charged }) => charged ?? [])
    const open = recorded.filter(({ charged }) => charged === null).map(({ limits }) => mostOf(limits))
    return { spent: ended.reduce(addAmounts, NOTHING), unknown: open.reduce(addAmounts, NOTHING) }
  }
}

function keyOf({ arm, question, repetition }: ItemKey): string {
  return JSON.stringify([arm, question, repetition])
}
