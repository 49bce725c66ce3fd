import {
  type Attempt,
  type Det,
  isVerifier,
  labelsEqual,
  type RecordedModel,
  refusesAll,
  unsentCalls,
} from '@writ/contract'
import { checkDepth, checkSubject } from './completeness-decisions.ts'
import type { FailedCall, Lane } from './completeness-lanes.ts'
import type { RecordOf, RecordPlace } from './fold-run.ts'
import { hasVerifierAt, modelListsAt } from './fork.ts'
import { refuse } from './verdict.ts'

/**
 * Which model of its list a call asks. INVARIANT: every model that stands before it was asked for the same requests and
 * failed, was denied by policy, or had refused every request before.
 */
export class Fallbacks {
  readonly #run: Det['run.open']
  /** Models that refused every request. */
  readonly #refusing = new Set<string>()
  /** What calls had tried, until their results come. */
  readonly #tried = new Map<number, ReadonlySet<string>>()

  constructor(run: Det['run.open']) {
    this.#run = run
  }

  call({ seq, det }: RecordOf<'model.call'>, { frame, at }: RecordPlace<Lane>): void {
    const { model, passed = [], instead, outcome, decision } = det
    const before = instead === undefined ? undefined : this.#stoodInFor(det, instead, frame.own, at)
    const asked = [...passed.map((one) => one.model), model]
    const lists = this.#listsOf(frame.profile, seq).map((list) => left(list, before?.tried))
    const list = lists.find((ids) => asked.every((id, i) => ids[i] === id))
    if (list === undefined)
      refuse(
        'UNKNOWN_MODEL',
        `No list of the run has ${asked.join(', ')} next at record ${seq}.`,
        `${at}/det/model`,
      )
    if (outcome !== 'ok' && decision.verdict !== 'allow' && list.length > asked.length)
      refuse('UNKNOWN_MODEL', `${list[asked.length]} was not asked about.`, `${at}/det/model`)
    for (const [i, one] of passed.entries()) {
      const place = `${at}/det/passed/${i}`
      if (one.decision === null) {
        if (this.#refusing.has(one.model)) continue
        refuse('NOT_ALLOWED', `${one.model} was passed over, and had refused nothing.`, place)
      }
      checkDepth(frame.own, one.decision, place)
      checkSubject(one.decision, 'model::call', `model:${one.model}`, place)
      if (!labelsEqual(one.decision.taint, decision.taint))
        refuse('TAINT_MISMATCH', `${one.model} was denied for another label than the call has.`, place)
      if (one.decision.verdict === 'allow')
        refuse('NOT_ALLOWED', `${one.model} was passed over, and policy allowed it.`, place)
    }
    if (outcome === 'ok') this.#tried.set(seq, new Set([...(before?.tried ?? []), ...asked]))
  }

  attempts(detail: readonly Attempt[], { det }: RecordOf<'model.call'>): void {
    if (refusesAll(detail)) this.#refusing.add(det.model)
  }

  result({ n, det }: RecordOf<'model.result'>, call: RecordOf<'model.call'>, lane: Lane): void {
    const { role, items } = call.det
    const failed = items - (det.outcomes.ok ?? 0)
    const tried = this.#tried.get(call.seq)
    this.#tried.delete(call.seq)
    const { fallbacks, verifier, fork } = this.#run
    if (fallbacks === undefined && verifier === undefined && fork === undefined) return
    if (failed > 0 && tried !== undefined) lane.failedCalls.set(n, { role, failed, tried })
  }

  /** The lists that a call of a frame may ask: of one that checks claims its own alone, where it has one. */
  #listsOf(profile: string, seq: number): readonly (readonly RecordedModel[])[] {
    const { root, sub, verifier } = modelListsAt(this.#run, seq)
    return isVerifier(profile) && hasVerifierAt(this.#run, seq) ? [verifier] : [root, sub]
  }

  /** The call that another one stands in for, which no third one may. */
  #stoodInFor(
    { role, items, reused = [] }: Det['model.call'],
    n: number,
    lane: Lane,
    at: string,
  ): FailedCall {
    const known = lane.failedCalls.get(n)
    const asked = items + unsentCalls({ reused, merged: 0 })
    if (known === undefined || known.role !== role || asked > known.failed)
      refuse(
        'NO_COMMAND',
        `Step ${n} of lane ${lane.name} left no such requests to ask again.`,
        `${at}/det/instead`,
      )
    lane.failedCalls.delete(n)
    return known
  }
}

function left(list: readonly RecordedModel[], tried: ReadonlySet<string> = new Set()): readonly string[] {
  return list.map(({ id }) => id).filter((id) => !tried.has(id))
}
