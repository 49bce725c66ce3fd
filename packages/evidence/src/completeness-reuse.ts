import { type Commitment, type Label, labelsEqual, type ReusedItems } from '@writ/contract'
import { merkleOfItems } from './commitment.ts'
import type { Lane, Pending } from './completeness-lanes.ts'
import type { RecordOf, RecordPlace, RunShare } from './fold-run.ts'
import { refuse } from './verdict.ts'

/** How a call was asked. Most calls of a run are asked in a few ways. */
interface Manner {
  readonly label: Label
  readonly model: string
  readonly maxOutputTokens: number
}

/** A call that came back, as far as another one may name it. */
interface AnsweredCall {
  readonly share: RunShare
  readonly manner: Manner
  readonly items: number
  /** Requests that came back. */
  readonly answered: number
  readonly input: Commitment
  readonly output: Commitment
  /** What came of each request, where the items have records of their own. */
  readonly outcomes?: Pending['items']
}

/**
 * The sub-calls that came back, for those that name one instead of being sent. A call may only name one that was asked under its
 * own label, of its own model, within its own share of the budget. Where all of the named call is reused, commitments show that
 * requests and answers are equal. Of a part of a batch the records of its items show both. Grows with the calls of a run, and with the items of its batches.
 */
export class ReusableCalls {
  readonly #calls = new Map<string, AnsweredCall>()
  /** One of each manner, by its words: a million calls would have as many equal ones. */
  readonly #manners = new Map<string, Manner>()

  /** A call came back, with what came of its items. */
  result(
    { lane, n, det }: RecordOf<'model.result'>,
    call: RecordOf<'model.call'>,
    share: RunShare,
    outcomes: Pending['items'],
  ): void {
    const answered = det.outcomes.ok ?? 0
    if (call.det.role !== 'leaf' || answered === 0) return
    const { items, input } = call.det
    const known = { share, manner: this.#manner(call.det), items, answered, input, output: det.output }
    this.#calls.set(`${lane}/${n}`, outcomes.size === 0 ? known : { ...known, outcomes })
  }

  #manner({ label, model, maxOutputTokens }: Manner): Manner {
    const manner = { label, model, maxOutputTokens }
    const words = JSON.stringify(manner)
    const known = this.#manners.get(words)
    if (known !== undefined) return known
    this.#manners.set(words, manner)
    return manner
  }

  /** What a call says that it need not send. */
  call({ det }: RecordOf<'model.call'>, { frame, at }: RecordPlace<Lane>): void {
    const { reused = [], merged, role, outcome, items } = det
    const none = det.reused === undefined && merged === undefined
    if (none) return
    if (role === 'turn') bad('A turn answers nothing without being sent.', at)
    if (merged === 0) bad('No equal requests are named.', `${at}/det/merged`)
    if (det.reused === undefined) return
    if (outcome !== 'ok' || reused.length === 0)
      bad('What was not sent or names nothing reuses nothing.', `${at}/det/reused`)
    const all = reused.reduce((sum, row) => sum + row.items, items)
    let next = 0
    for (const [i, row] of reused.entries()) {
      const place = `${at}/det/reused/${i}`
      if (row.items === 0 || row.item < next || row.item + row.items > all)
        bad(`${row.items} requests from ${row.item} on are not among the ${all} of the step.`, place)
      next = row.item + row.items
      this.#check(row, det, frame.share, place)
    }
  }

  #check(row: ReusedItems, det: RecordOf<'model.call'>['det'], share: RunShare, at: string): void {
    const named = `${row.lane}/${row.n}`
    const call = this.#calls.get(named)
    if (call === undefined) bad(`No sub-call of step ${named} came back before.`, at)
    if (call.share !== share) bad(`Step ${named} draws on another share of the budget.`, at)
    const { label, model, maxOutputTokens } = call.manner
    if (!labelsEqual(label, det.label)) bad(`Step ${named} asked under another label.`, at)
    if (model !== det.model || maxOutputTokens !== det.maxOutputTokens)
      bad(`Step ${named} asked another model, or for another length.`, at)
    if ((row.of === null) !== (call.items === 1) || (row.of ?? 0) + row.items > call.items)
      bad(`Step ${named} has no such requests.`, `${at}/of`)
    if (row.items > call.answered) bad(`Only ${call.answered} requests of step ${named} came back.`, at)
    if (call.outcomes !== undefined) checkNamed(row, call.outcomes, at)
    if (row.items < call.items) return
    if (row.input !== call.input) bad(`Step ${named} asked something else.`, `${at}/input`)
    if (row.output !== call.output) bad(`Step ${named} was answered something else.`, `${at}/output`)
  }
}

/** Requests and answers are those of the very items that are named, and these came back well. */
function checkNamed(row: ReusedItems, outcomes: Pending['items'], at: string): void {
  const step = `${row.lane}/${row.n}`
  const first = row.of ?? 0
  const named = Array.from({ length: row.items }, (_, i) => {
    const came = outcomes.get(first + i)
    return came?.outcome === 'ok' ? came : bad(`Item ${first + i} of step ${step} has no answer.`, `${at}/of`)
  })
  // Items from before they named their requests name none of theirs.
  const inputs = named.flatMap(({ input }) => input ?? [])
  if (inputs.length === named.length && merkleOfItems(inputs) !== row.input)
    bad(`The items of step ${step} that are named were asked something else.`, `${at}/input`)
  if (merkleOfItems(named.map(({ output }) => output)) !== row.output)
    bad(`The items of step ${step} that are named were answered something else.`, `${at}/output`)
}

function bad(why: string, at: string): never {
  return refuse('BAD_REUSE', why, at)
}
