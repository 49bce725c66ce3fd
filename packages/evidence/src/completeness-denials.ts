import type { Denial, Outcome, RecordedDecision } from '@writ/contract'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

/** What policy refused in a run, counted as an answer counts it. Grows with the different refusals only. */
export class Refusals {
  readonly #counts = new Map<string, Denial>()
  /** The first step that was denied and has no decision that refuses it: policy had ended the run. */
  #halted: string | undefined

  accept(record: AnyRecord, at: string): void {
    const refused = refusalsIn(record)
    for (const { action, resource, policies, reason } of refused) {
      const key = JSON.stringify([action, resource, policies, reason])
      const count = (this.#counts.get(key)?.count ?? 0) + 1
      this.#counts.set(key, { action, resource, policies, reason, count })
    }
    if (refused.length === 0 && isDenied(record.det)) this.#halted ??= at
  }

  /** The denials of an answer, in their order. */
  get denials(): readonly Denial[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, denial]) => denial)
  }

  get some(): boolean {
    return this.#counts.size > 0
  }

  /** A step may be denied without a decision of its own only where policy refused something and ended the run with it. */
  check(): void {
    if (this.#halted === undefined || this.some) return
    refuse('OUTCOME_MISMATCH', 'A step was denied and no decision refuses anything.', `${this.#halted}/det`)
  }
}

function isDenied(det: object): boolean {
  return 'outcome' in det && (det.outcome as Outcome) === 'denied'
}

type Refusal = Pick<Denial, 'action' | 'resource' | 'policies' | 'reason'>

function refusalsIn(record: AnyRecord): readonly Refusal[] {
  switch (record.kind) {
    case 'context.search':
    case 'context.read':
      return contextRefusals(
        record.kind === 'context.read' ? 'context::read' : 'context::search',
        record.det.decisions,
      )
    case 'model.call': {
      const { decision, passed = [] } = record.det
      return [...passed.map((one) => one.decision), decision].filter(refuses)
    }
    case 'memory.write':
    case 'frame.spawn':
    case 'output.release':
      return [record.det.decision].filter(refuses)
    default:
      return []
  }
}

function refuses(decision: RecordedDecision | null): decision is RecordedDecision {
  return decision !== null && decision.verdict !== 'allow'
}

/** What a model that would not stay permitted keeps away counts as a refusal of the partition before it. */
function contextRefusals(action: string, decisions: readonly RecordedDecision[]): readonly Refusal[] {
  return decisions.flatMap(({ verdict, policies, reason, ...decision }, i) => {
    if (verdict === 'allow') return []
    const ceiling = decision.action === 'model::call'
    const resource = ceiling ? (decisions[i - 1]?.resource ?? '') : decision.resource
    return [{ action, resource, policies, reason: ceiling ? 'ceiling' : reason }]
  })
}
