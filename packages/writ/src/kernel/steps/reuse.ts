import type { Commitment, ItemOutcome, Label, RecordKind, ReusedItems } from '@writ/contract'
import { sha256Hex } from '@writ/evidence'
import type { KnownAnswer } from '../basis/known-answers.ts'
import type { StepId } from '../basis/step-id.ts'
import type { Journal } from '../journal/journal.ts'
import type { FrameState } from '../state/frame-state.ts'
import { type AnsweredBefore, outputText } from './model-items.ts'
import type { ChosenCall } from './model-request.ts'

type Outcomes = readonly ItemOutcome<string>[]

/** Rows of reused requests that one record names; requests beyond are sent. */
const MOST_ROWS = 256

/** A call with what is left of it to send, and what answers the rest. */
export interface Division extends AnsweredBefore {
  /** With the requests that are sent. */
  readonly call: ChosenCall
  /** Where among all requests those are that are sent. */
  readonly sent: readonly number[]
  /** Keeps the answers to what was sent, for who asks the same. */
  landed(id: StepId, outcomes: Outcomes): void
  /** Nobody need wait for this call any longer. */
  end(): void
  /** The outcomes of all requests, from those of what was sent. */
  whole(outcomes: Outcomes): Outcomes
}

/**
 * What of a call need not be sent. INVARIANT: an answer is only used under the label under which it was asked for, by a frame
 * that draws on the same share of the budget, where each sees anyway what the others ask.
 */
export class Reuse {
  readonly #lane: FrameState
  readonly #journal: Journal
  readonly #call: ChosenCall
  /** Of each request; none for a call that shares no answers. */
  readonly #digests: readonly string[]

  constructor(journal: Journal, lane: FrameState, call: ChosenCall) {
    this.#journal = journal
    this.#lane = lane
    this.#call = call
    const shares = call.role === 'leaf' && call.fresh !== true
    this.#digests = shares ? call.conversations.map((_, at) => digestOf(call, at)) : []
  }

  /** Finds what is known under the label, once what others ask of it has come back. What is left is asked from now on. */
  async divide(label: Label): Promise<Division> {
    const { answers } = this.#lane
    const keys = this.#keys(label)
    if (keys.length === 0) return this.recorded()
    return await answers.idle(keys, this.#call.signal, () => this.#divided(label, keys))
  }

  /** The division that the record of a call names; all of it is sent where nothing is named. */
  recorded(reused: readonly ReusedItems[] = [], texts: readonly string[] = []): Division {
    const answered = new Map<number, string>()
    const places = reused.flatMap(({ item, items }) => Array.from({ length: items }, (_, i) => item + i))
    for (const [i, place] of places.entries()) answered.set(place, texts[i] ?? '')
    const sent = this.#call.conversations.flatMap((_, at) => (answered.has(at) ? [] : [at]))
    return {
      call: only(this.#call, sent),
      reused,
      texts,
      sent,
      landed: nothing,
      end: nothing,
      whole: (outcomes) => together(this.#call.conversations.length, answered, outcomes),
    }
  }

  /** The same, with what is sent known to be asked under the label: who asks it too waits. */
  claim(label: Label, division: Division): Division {
    const { answers } = this.#lane
    const all = this.#keys(label)
    const keys = division.sent.flatMap((at) => all[at] ?? [])
    return {
      ...division,
      end: answers.claim(keys),
      landed: (id, outcomes) => {
        if (keys.length > 0) answers.landed(id)
        for (const [i, key] of keys.entries()) {
          const outcome = outcomes[i]
          if (outcome?.ok !== true) continue
          answers.keep(key, { id, at: division.sent.length === 1 ? null : i, text: outcome.value })
        }
      },
    }
  }

  /** Waits until what the record of a call names has come back here too. */
  async after(reused: readonly ReusedItems[]): Promise<void> {
    await this.#lane.answers.after(reused, this.#call.signal)
  }

  /** What the record of a call names, with what it would commit to of this call's requests. */
  asked(reused: readonly ReusedItems[]): ReusedItems[] {
    return reused.map((row) => ({ ...row, input: this.#input(row) }))
  }

  /** The same of the answers. */
  answered(reused: readonly ReusedItems[], texts: readonly string[]): ReusedItems[] {
    let from = 0
    return reused.map((row) => {
      const outputs = texts.slice(from, from + row.items).map((value) => outputText({ ok: true, value }))
      from += row.items
      return { ...row, output: this.#commit('model.result', 'output', row, outputs) }
    })
  }

  #divided(label: Label, keys: readonly string[]): Division {
    const known = keys.map((key) => this.#lane.answers.find(key))
    const rows = rowsOf(known).slice(0, MOST_ROWS)
    const texts = rows.flatMap(({ item, items }) =>
      known.slice(item, item + items).map((one) => one?.text ?? ''),
    )
    const named = rows.map((row) => ({ ...row, input: this.#input(row), output: '' }))
    return this.claim(label, this.recorded(this.answered(named, texts), texts))
  }

  #input(row: Row): Commitment {
    const asked = this.#call.conversations.slice(row.item, row.item + row.items)
    const texts = asked.map((messages) => JSON.stringify(messages))
    return this.#commit('model.call', 'input', row, texts)
  }

  #commit(kind: RecordKind, name: string, { lane, n, of }: Row, texts: readonly string[]): Commitment {
    const id = { lane, n }
    const [first = ''] = texts
    return of === null
      ? this.#journal.commit(id, kind, name, first)
      : this.#journal.commitItems(id, kind, name, texts, of)
  }

  #keys({ level, categories, untrusted }: Label): string[] {
    const under = JSON.stringify([level, categories, untrusted])
    return this.#digests.map((digest) => `${digest} ${under}`)
  }
}

type Row = Omit<ReusedItems, 'input' | 'output'>

/** What makes two requests equal but for the label: model, bound, messages, and whether one JSON object is asked for. */
function digestOf({ model, maxOutputTokens, conversations, json }: ChosenCall, at: number): string {
  const asked = [model.id, maxOutputTokens, json?.has(at) === true, conversations[at]]
  return sha256Hex(new TextEncoder().encode(JSON.stringify(asked)))
}

/** Known answers in as few rows as name them. */
function rowsOf(known: readonly (KnownAnswer | undefined)[]): Row[] {
  const rows: Row[] = []
  for (const [item, answer] of known.entries()) {
    if (answer === undefined) continue
    const { id, at } = answer
    const last = rows.at(-1)
    if (last !== undefined && follows(last, item, answer))
      rows[rows.length - 1] = { ...last, items: last.items + 1 }
    else rows.push({ item, items: 1, lane: id.lane, n: id.n, of: at })
  }
  return rows
}

/** Whether a request and its answer come directly after those of a row. */
function follows({ item, items, lane, n, of }: Row, next: number, { id, at }: KnownAnswer): boolean {
  return item + items === next && lane === id.lane && n === id.n && of !== null && of + items === at
}

/** The same call with only some of its requests. */
function only(call: ChosenCall, kept: readonly number[]): ChosenCall {
  const { conversations, json } = call
  if (kept.length === conversations.length) return call
  return {
    ...call,
    conversations: kept.flatMap((at) => conversations.slice(at, at + 1)),
    json: new Set(kept.flatMap((at, i) => (json?.has(at) === true ? [i] : []))),
  }
}

function together(size: number, answered: ReadonlyMap<number, string>, outcomes: Outcomes): Outcomes {
  if (answered.size === 0) return outcomes
  const left = outcomes.values()
  return Array.from({ length: size }).flatMap((_, at): ItemOutcome<string>[] => {
    const text = answered.get(at)
    if (text !== undefined) return [{ ok: true, value: text }]
    const next = left.next()
    return next.done === true ? [] : [next.value]
  })
}

function nothing(): void {
  // No one waits for a call that shares no answers.
}
