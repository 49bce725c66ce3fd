import {
  type Action,
  type DecisionPoint,
  type Det,
  flowsTo,
  joinLabels,
  type Label,
  labelsEqual,
  type RecordedDecision,
  type RecordedModel,
  type RunRecord,
} from '@writ/contract'
import { type AnyRecord, modelsAt, refuse } from '@writ/evidence'
import { checkFacts } from './facts.ts'
import { type Frame, Frames } from './frame.ts'
import { Interrogation, type Question } from './question.ts'
import { Resources } from './resources.ts'
import { checkBound, checkCharge } from './spending.ts'

/** What a release has been checked for when policy is asked; nothing else discharges anything. */
const RELEASE_DISCHARGES = ['validate:citations']

/** What an audit that found nothing wrong came to. */
export interface PolicyAudit {
  /** Decisions recorded, those that left no record included. */
  readonly decisions: number
  readonly distinct: number
  /** Denials because the policy engine failed at the time. */
  readonly failures: number
  /** Decisions about partitions whose collection and owner are not recorded. */
  readonly unknown: number
}

/**
 * Takes every decision of a run again, from its records alone and the bundle it was pinned to: labels, depth, lineage and
 * spending are derived from the records and held against each recorded request, then the policy is asked again and has to
 * give the same verdict, policies and reason. Throws `VERIFICATION_FAILED` at the first difference. One pass; memory grows
 * with the open frames and the different questions only.
 */
export async function auditPolicy(
  records: AsyncIterable<AnyRecord> | Iterable<AnyRecord>,
  point: DecisionPoint,
): Promise<PolicyAudit> {
  let walk: Walk | undefined
  let place = 0
  for await (const record of records) {
    const at = `records.ndjson#/${place}`
    if (walk === undefined) walk = Walk.open(record, point, at)
    else await walk.follow(record, at)
    place += 1
  }
  if (walk === undefined) refuse('LINEAGE_NOT_DERIVED', 'There are no records.', 'records.ndjson')
  const { asked, ...counts } = walk.counts
  return { decisions: asked, ...counts }
}

/** Follows a run record by record. */
class Walk {
  readonly #opened: Det['run.open']
  readonly #resources: Resources
  readonly #frames = new Frames()
  readonly #questions: Interrogation

  private constructor(opened: RunRecord<'run.open'>, point: DecisionPoint) {
    const { user, purpose } = opened.det
    this.#opened = opened.det
    this.#resources = new Resources(opened.det, point)
    this.#questions = new Interrogation(point, { user, purpose })
    const root = this.#frames.root(opened)
    root.label.mark(opened.n, false)
  }

  static open(record: AnyRecord, point: DecisionPoint, at: string): Walk {
    if (record.kind !== 'run.open') refuse('LINEAGE_NOT_DERIVED', 'The first record opens no run.', at)
    checkFacts(record.det, point)
    return new Walk(record, point)
  }

  get counts(): Interrogation['counts'] {
    return this.#questions.counts
  }

  async follow(record: AnyRecord, at: string): Promise<void> {
    const frame = this.#frames.of(record, at)
    const { label } = frame
    switch (record.kind) {
      case 'context.search':
      case 'context.read':
        return await this.#context(frame, record, at)
      case 'model.call':
        return await this.#call(frame, record, at)
      case 'model.result':
        return this.#result(frame, record, at)
      case 'frame.spawn':
        return await this.#spawn(frame, record, at)
      case 'frame.join':
        return await this.#join(frame, record, at)
      case 'output.release':
        return await this.#release(frame, record, at)
      case 'cell':
        frame.celled = true
        return label.mark(record.n, true)
      case 'run.close':
        return label.end(record.det.label, `${at}/det/label`)
      case 'run.open':
      case 'run.abort':
      case 'strategy.chosen':
      case 'model.attempt':
      case 'local':
        return
    }
  }

  /** Admissions of a frame come one after another, so within one the label of each decision is exact. */
  async #context(
    frame: Frame,
    record: RunRecord<'context.search'> | RunRecord<'context.read'>,
    at: string,
  ): Promise<void> {
    const { n, kind, det } = record
    const model = this.#modelOf(frame, record, at)
    const action = kind === 'context.read' ? 'context::read' : 'context::search'
    let held: Label | undefined
    for (let i = 0; i < det.decisions.length; i += 1) {
      const place = `${at}/det/decisions/${i}`
      const decision = det.decisions[i] as RecordedDecision
      const partition = this.#subject(frame, decision, action, place)
      if (held === undefined) frame.label.decide(n, decision.taint, false, `${place}/taint`)
      else exactly(held, decision.taint, `${place}/taint`)
      await this.#again(frame, decision, [], place)
      held = decision.taint
      if (decision.verdict !== 'allow') continue
      const after = joinLabels(held, partition)
      const ceiling = det.decisions[i + 1]
      if (ceiling?.action === 'model::call') {
        i += 1
        await this.#ceiling(frame, model, ceiling, after, `${at}/det/decisions/${i}`)
      } else {
        await this.#keepsModel(frame, model, held, partition, place)
        held = after
      }
    }
    for (const id of det.partitions) {
      if (!frame.scope.has(id))
        refuse('LINEAGE_NOT_DERIVED', `${id} is outside the scope of ${frame.lane}.`, `${at}/det/partitions`)
      frame.label.raise(n, this.#resources.label(id, at))
    }
    frame.label.see(det.label, `${at}/det/label`)
  }

  /** The label of the partition a decision is about, which the frame may ask for. */
  #subject(frame: Frame, { action, resource }: RecordedDecision, wanted: Action, at: string): Label {
    const id = resource.slice('partition:'.length)
    if (action !== wanted || !resource.startsWith('partition:'))
      refuse('LINEAGE_NOT_DERIVED', `A step of ${wanted} has a decision of ${action} on ${resource}.`, at)
    if (!frame.scope.has(id))
      refuse('LINEAGE_NOT_DERIVED', `${id} is outside the scope of ${frame.lane}.`, at)
    return this.#resources.label(id, at)
  }

  /** A partition that was allowed and refused all the same: its label would have left the frame without a model. */
  async #ceiling(
    frame: Frame,
    model: RecordedModel,
    decision: RecordedDecision,
    after: Label,
    at: string,
  ): Promise<void> {
    exactly(after, decision.taint, `${at}/taint`)
    if (decision.resource !== `model:${model.id}`)
      refuse('LINEAGE_NOT_DERIVED', `The ceiling of ${frame.lane} is that of ${model.id}.`, at)
    await this.#again(frame, decision, [], at)
  }

  /** What raised the label left the frame a model: a decision that is recorded only where it was no. */
  async #keepsModel(
    { profile, depth }: Frame,
    model: RecordedModel,
    held: Label,
    part: Label,
    at: string,
  ): Promise<void> {
    if (flowsTo(part, held)) return
    const resource = `model:${model.id}`
    const taint = joinLabels(held, part)
    const question = { action: 'model::call', resource, taint, depth, profile, discharged: [] } as const
    await this.#ask({ ...question, recorded: undefined, at })
  }

  async #call(frame: Frame, record: RunRecord<'model.call'>, at: string): Promise<void> {
    const { n, det } = record
    const alone = det.role === 'turn' && !frame.celled
    frame.label.decide(n, det.decision.taint, alone, `${at}/det/decision/taint`)
    if (alone) frame.label.mark(n, false)
    await this.#again(frame, det.decision, [], `${at}/det/decision`)
    checkBound(record, this.#resources.model(det.model, `${at}/det/model`), at)
    if (det.outcome === 'ok') frame.calls.set(n, record)
  }

  #result(frame: Frame, record: RunRecord<'model.result'>, at: string): void {
    const call = frame.calls.get(record.n)
    if (call === undefined) refuse('LINEAGE_NOT_DERIVED', 'The result answers no call.', at)
    frame.calls.delete(record.n)
    frame.label.see(record.det.label, `${at}/det/label`)
    checkCharge(record, call, this.#resources.model(call.det.model, at), at)
  }

  async #spawn(frame: Frame, record: RunRecord<'frame.spawn'>, at: string): Promise<void> {
    const { seq, n, det } = record
    frame.label.decide(n, det.decision.taint, false, `${at}/det/decision/taint`)
    frame.label.see(det.label, `${at}/det/label`)
    await this.#again(frame, det.decision, [], `${at}/det/decision`)
    if (det.outcome !== 'ok') return
    const text = det.scope.find((id) => !this.#resources.has(id))
    const { id } = this.#resources.model(det.model, `${at}/det/model`)
    const role = modelsAt(this.#opened, seq).at(-1)?.id === id ? 'sub' : 'root'
    this.#frames.spawn(frame, record, role, text, at)
    if (text !== undefined) this.#resources.addText(text, det.child, det.decision.taint, det.label)
  }

  async #join(frame: Frame, record: RunRecord<'frame.join'>, at: string): Promise<void> {
    const { n, det } = record
    this.#frames.join(frame, record, at)
    if (det.outcome !== 'ok') return
    await this.#keepsModel(frame, this.#modelOf(frame, record, at), frame.label.held, det.label, at)
    frame.label.raise(n, det.label)
  }

  async #release(frame: Frame, { det }: RunRecord<'output.release'>, at: string): Promise<void> {
    frame.label.see(det.label, `${at}/det/label`)
    if (det.decision === null) return
    // A frame releases when all else it asked for is done.
    exactly(det.label, det.decision.taint, `${at}/det/decision/taint`)
    await this.#again(frame, det.decision, RELEASE_DISCHARGES, `${at}/det/decision`)
  }

  /** The model its frame has at a record. */
  #modelOf({ role }: Frame, { seq }: AnyRecord, at: string): RecordedModel {
    const models = modelsAt(this.#opened, seq)
    return (
      models.at(role === 'root' ? 0 : -1) ?? refuse('LINEAGE_NOT_DERIVED', 'The run has no model here.', at)
    )
  }

  /** The request is the frame's own, and the policy answers it as it did. */
  async #again(
    { depth, profile, lane }: Frame,
    decision: RecordedDecision,
    discharges: readonly string[],
    at: string,
  ): Promise<void> {
    const { action, resource, taint, discharged } = decision
    if (decision.depth !== depth)
      refuse(
        'DEPTH_NOT_DERIVED',
        `${lane} has depth ${depth}; the decision was for ${decision.depth}.`,
        `${at}/depth`,
      )
    if (discharged.join() !== discharges.join())
      refuse(
        'DISCHARGE_NOT_DERIVED',
        `The step cannot have discharged ${discharged.join(', ') || 'nothing'}.`,
        at,
      )
    await this.#ask({ action, resource, taint, depth, profile, discharged, recorded: decision, at })
  }

  async #ask(question: Question): Promise<void> {
    await this.#questions.ask(question, (resource) => this.#resources.factsOf(resource, question.at))
  }
}

/** A label that follows exactly from the decision before. */
function exactly(derived: Label, recorded: Label, at: string): void {
  if (labelsEqual(derived, recorded)) return
  refuse('TAINT_NOT_DERIVED', 'A decision was taken for another label than the one before it left.', at)
}
