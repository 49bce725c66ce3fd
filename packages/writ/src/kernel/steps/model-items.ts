import { type Amount, type ItemOutcome, NOTHING, type Outcome, type ReusedItems } from '@writ/contract'
import type { RecordedItem } from '../journal/journal.ts'
import { errorFrom, errorJson, outcomeOf } from '../state/run-state.ts'

// What came of the requests of one call, as it is stored and as it is taken back from there.

/** What the texts of reused answers are kept as, beside the command. */
export const REUSED = 'reused'

/** Requests of a call that are not sent: how they are recorded, and the texts that answer them, in order. */
export interface AnsweredBefore {
  readonly reused: readonly ReusedItems[]
  readonly texts: readonly string[]
}

/** What came of one request of a call. */
export interface Item {
  readonly outcome: ItemOutcome<string>
  readonly charged: Amount
}

/** What is stored of an item: its text, or its error. */
export function outputText(outcome: ItemOutcome<string>): string {
  return outcome.ok ? JSON.stringify({ text: outcome.value }) : errorJson(outcome.error)
}

/** How many items ended how. */
export function countOutcomes(items: readonly Item[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {}
  for (const { outcome } of items) {
    const name = outcome.ok ? 'ok' : outcomeOf(outcome.error)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** Items from the text `outputText` made of each. Which of them cost what is not recorded; together they cost `charged`. */
export function recalledItems(output: string, charged: Amount): Item[] {
  return textsOf(output).map((text, index) => ({
    outcome: outcomeIn(text),
    charged: index === 0 ? charged : NOTHING,
  }))
}

/** What came of an item, from the text `outputText` made of it. */
export function outcomeIn(text: string): ItemOutcome<string> {
  const stored = JSON.parse(text) as { readonly text?: string }
  return stored.text === undefined ? { ok: false, error: errorFrom(text) } : { ok: true, value: stored.text }
}

/** The stored texts of a call, one an item. */
export function textsOf(output: string): string[] {
  return JSON.parse(output) as string[]
}

/** The same, from the records of the items. */
export async function outputOf(items: readonly RecordedItem[]): Promise<string> {
  const texts = Array.from(items, () => '')
  for (const { det, text } of items) texts[det.item] = await text()
  return JSON.stringify(texts)
}
