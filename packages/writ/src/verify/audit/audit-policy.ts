import {
  type Action,
  type DecisionPoint,
  type Det,
  everyPartition,
  flowsTo,
  joinLabels,
  type Label,
  labelsEqual,
  type ModelRole,
  type RecordedDecision,
  type RecordedModel,
  VOTER,
} from '@writ/contract'
import {
  type AnyRecord,
  type FrameFacts,
  foldRun,
  modelListsAt,
  modelsAt,
  type RecordOf,
  type RecordVisitor,
  type RunVisitor,
  refuse,
} from '@writ/evidence'
import { DecisionReplayer } from './decision-replayer.ts'
import { exactly, oneOf } from './derived-label.ts'
import { checkFacts } from './facts.ts'
import { type Audited, type AuditedFrame, type AuditedPlace, keepSealed, openFrame, roleOf } from './frame.ts'
import { possibleModes } from './mode.ts'
import { Resources } from './resources.ts'
import { checkAttempts, checkBound, checkCharge, checkHeld, checkSum } from './spending.ts'

/** What a release has been checked for when policy is asked; nothing else discharges anything. */
const RELEASE_DISCHARGES = ['validate:citations']

/** What an audit that found nothing wrong came to. */
export interface PolicyAudit {
  /** Decisions recorded, those that left no record included. */
  readonly decisions: number
  readonly distinct: number
  /** Denials because the policy engine failed at the time. */
  readonly failures: number
}

/**
 * Takes every decision of a run again, from its records alone and the bundle it was pinned to: labels, depth, lineage,
 * modes and spending are derived from the records and held against each recorded request, then the policy is asked again
 * and has to give the same verdict, policies and reason. Throws `VERIFICATION_FAILED` at the first difference. One pass;
 * memory grows with the open frames and the different questions only.
 */
export async function auditPolicy(
  records: AsyncIterable<AnyRecord> | Iterable<AnyRecord>,
  point: DecisionPoint,
): Promise<PolicyAudit> {
  const audit = new Audit(point)
  const { size } = await foldRun(records, audit)
  if (size === 0) refuse('LINEAGE_NOT_DERIVED', 'There are no records.', 'records.ndjson')
  const { asked, ...counts } = audit.counts
  return { decisions: asked, ...counts }
}

/** Lists of models, each in the order in which they are asked. */
type ModelLists = readonly (readonly RecordedModel[])[]

function sameList(a: ModelLists[number], b: ModelLists[number]): boolean {
  return a.length === b.length && a.every(({ id }, i) => id === b[i]?.id)
}

/** What is known once the run is opened. */
interface Opened {
  readonly run: Det['run.open']
  readonly resources: Resources
  readonly replayer: DecisionReplayer
}

/** Follows a run record by record. */
class Audit implements RunVisitor<Audited, Promise<void> | void> {
  readonly #point: DecisionPoint
  #known: Opened | undefined

  constructor(point: DecisionPoint) {
    this.#point = point
  }

  get counts(): DecisionReplayer['counts'] {
    return this.#opened.replayer.counts
  }

  opened(frame: FrameFacts<Audited>): Audited {
    if (frame.opening.kind === 'run.open') {
      const { det } = frame.opening
      checkFacts(det, this.#point)
      const { user, purpose } = det
      const replayer = new DecisionReplayer(this.#point, { user, purpose })
      this.#known = { run: det, resources: new Resources(det, this.#point), replayer }
    }
    return openFrame(frame, this.#opened.run)
  }

  stray({ lane, kind }: AnyRecord, at: string): never {
    refuse('LINEAGE_NOT_DERIVED', `The frame ${lane} is not open where it has a ${kind}.`, `${at}/lane`)
  }

  readonly records: RecordVisitor<Audited, Promise<void> | void> = {
    'run.open': ({ n }, { frame }) => frame.own.label.mark(n, false),
    'strategy.chosen': ({ seq, det }, { at }) => {
      const [model] = modelsAt(this.#opened.run, seq)
      if (model !== undefined) checkHeld(det.held, 1, model, `${at}/det/held`)
    },
    'context.search': (record, place) => this.#context(record, place),
    'context.read': (record, place) => this.#context(record, place),
    local: ({ n, det }, { frame, at }) => {
      if (det.op === 'budget') frame.own.label.look(n, det.label, `${at}/det/label`)
      frame.own.label.see(det.label, `${at}/det/label`)
    },
    'memory.write': async ({ n, det }, { frame, at }) => {
      const { decision, label } = det
      if (decision !== null) {
        frame.own.label.decide(n, decision.taint, false, `${at}/det/decision/taint`)
        await this.#decideAgain(frame, decision, [], `${at}/det/decision`)
      }
      frame.own.label.see(label, `${at}/det/label`)
    },
    'model.call': (record, place) => this.#call(record, place),
    'model.attempt': () => undefined,
    'model.usage': ({ obs }, { command, at }) => {
      if (command?.kind !== 'model.call') refuse('LINEAGE_NOT_DERIVED', 'The attempts are of no call.', at)
      checkAttempts(obs.detail, command, this.#opened.resources.model(command.det.model, at), at)
    },
    'model.item': ({ det, obs }, { command, at }) => {
      if (command?.kind !== 'model.call') refuse('LINEAGE_NOT_DERIVED', 'The item is of no call.', at)
      checkAttempts(obs.detail, command, this.#opened.resources.model(command.det.model, at), at)
      checkSum(det.charged, obs.detail, `${at}/det/charged`)
    },
    'model.result': (record, place) => this.#result(record, place),
    cell: ({ n }, { frame: { own } }) => {
      own.celled = true
      own.label.mark(n, true)
      own.label.markLook(n)
    },
    'frame.spawn': (record, place) => this.#spawn(record, place),
    'frame.join': (record, place) => this.#join(record, place),
    'output.release': (record, place) => this.#release(record, place),
    'run.close': ({ det }, { frame, at }) => frame.own.label.end(det.label, `${at}/det/label`),
    'run.abort': () => undefined,
  }

  /** Admissions of a frame come one after another, so within one the label of each decision is exact. */
  async #context(
    record: RecordOf<'context.search'> | RecordOf<'context.read'>,
    { frame, at }: AuditedPlace,
  ): Promise<void> {
    const { n, kind, det } = record
    const { label, scope } = frame.own
    const models = this.#ceilingOf(frame, record.seq, at)
    const action = kind === 'context.read' ? 'context::read' : 'context::search'
    let held: Label | undefined
    for (let i = 0; i < det.decisions.length; i += 1) {
      const place = `${at}/det/decisions/${i}`
      const decision = det.decisions[i] as RecordedDecision
      const labels = this.#subject(frame, decision, action, place)
      if (held === undefined) label.decide(n, decision.taint, false, `${place}/taint`)
      else exactly(held, decision.taint, `${place}/taint`)
      await this.#decideAgain(frame, decision, [], place)
      held = decision.taint
      if (decision.verdict !== 'allow') continue
      const before = held
      const ceiling = det.decisions[i + 1]
      if (ceiling?.action === 'model::call') {
        i += 1
        const part = oneOf(labels, (one) => labelsEqual(joinLabels(before, one), ceiling.taint))
        await this.#ceiling(frame, models, ceiling, joinLabels(before, part), `${at}/det/decisions/${i}`)
      } else {
        const part = oneOf(labels, (one) => flowsTo(one, det.label))
        await this.#keepsModels(frame, models, before, part, place)
        held = joinLabels(before, part)
      }
    }
    for (const id of det.partitions) {
      if (!scope.has(id))
        refuse('LINEAGE_NOT_DERIVED', `${id} is outside the scope of ${frame.lane}.`, `${at}/det/partitions`)
      const labels = this.#opened.resources.labels(id, at)
      label.raise(
        n,
        oneOf(labels, (one) => flowsTo(one, det.label)),
      )
    }
    label.see(det.label, `${at}/det/label`)
    if (!frame.own.overlapping) label.markLook(n)
  }

  /** The labels that the partition a decision is about may have; the frame may ask for it. */
  #subject(
    frame: AuditedFrame,
    { action, resource }: RecordedDecision,
    wanted: Action,
    at: string,
  ): readonly Label[] {
    const id = resource.slice('partition:'.length)
    if (action !== wanted || !resource.startsWith('partition:'))
      refuse('LINEAGE_NOT_DERIVED', `A step of ${wanted} has a decision of ${action} on ${resource}.`, at)
    if (!frame.own.scope.has(id))
      refuse('LINEAGE_NOT_DERIVED', `${id} is outside the scope of ${frame.lane}.`, at)
    return this.#opened.resources.labels(id, at)
  }

  /** A partition that was allowed and refused all the same: of a list that binds the frame no model would stay permitted. */
  async #ceiling(
    frame: AuditedFrame,
    lists: ModelLists,
    decision: RecordedDecision,
    after: Label,
    at: string,
  ): Promise<void> {
    exactly(after, decision.taint, `${at}/taint`)
    await this.#decideAgain(frame, decision, [], at)
    const last = (list: ModelLists[number]): boolean => decision.resource === `model:${list.at(-1)?.id}`
    if (!lists.some(last))
      refuse('LINEAGE_NOT_DERIVED', `${decision.resource} does not bind ${frame.lane}.`, `${at}/resource`)
    // A denial because the engine failed cannot be made again, and so not which list it ended.
    if (decision.reason === 'engine-error') return
    for (const list of lists) {
      if (await this.#keeps(frame, list, after, at)) continue
      if (last(list)) return
      break
    }
    refuse('LINEAGE_NOT_DERIVED', `${decision.resource} is not what binds ${frame.lane}.`, `${at}/resource`)
  }

  /** What raised the label left the frame a model of every list that binds it: decisions recorded only where there is none. */
  async #keepsModels(
    frame: AuditedFrame,
    lists: ModelLists,
    held: Label,
    part: Label,
    at: string,
  ): Promise<void> {
    if (flowsTo(part, held)) return
    for (const list of lists)
      if (!(await this.#keeps(frame, list, joinLabels(held, part), at)))
        refuse(
          'CEILING_PASSED',
          `What was granted leaves its frame without a model: ${list.map(({ id }) => id).join(' and ')} would not be allowed.`,
          at,
        )
  }

  /** Whether policy allows a model of a list at a label. */
  async #keeps(
    { profile, depth, own: { planHash } }: AuditedFrame,
    list: ModelLists[number],
    taint: Label,
    at: string,
  ): Promise<boolean> {
    const { replayer, resources } = this.#opened
    for (const { id } of list) {
      const resource = `model:${id}`
      const question = { action: 'model::call', resource, taint, depth, profile, planHash } as const
      if (await replayer.allows({ ...question, discharged: [], at }, (one) => resources.factsOf(one, at)))
        return true
    }
    return false
  }

  async #call(record: RecordOf<'model.call'>, { frame, at }: AuditedPlace): Promise<void> {
    const { n, det } = record
    const { label, share, celled } = frame.own
    const alone = det.role === 'turn' && !celled
    label.decide(n, det.decision.taint, alone, `${at}/det/decision/taint`)
    label.look(n, det.decision.taint, `${at}/det/decision/taint`)
    label.see(det.label, `${at}/det/label`)
    if (alone) label.mark(n, false)
    for (const [i, { decision }] of (det.passed ?? []).entries())
      if (decision !== null) await this.#decideAgain(frame, decision, [], `${at}/det/passed/${i}/decision`)
    await this.#decideAgain(frame, det.decision, [], `${at}/det/decision`)
    checkBound(record, this.#opened.resources.model(det.model, `${at}/det/model`), at)
    if (det.outcome === 'ok') share.draw(det.decision.taint)
  }

  #result(record: RecordOf<'model.result'>, { frame, command, at }: AuditedPlace): void {
    if (command?.kind !== 'model.call') refuse('LINEAGE_NOT_DERIVED', 'The result answers no call.', at)
    const { label, overlapping } = frame.own
    label.see(record.det.label, `${at}/det/label`)
    checkCharge(record, command, this.#opened.resources.model(command.det.model, at), at)
    // A turn's cells are run when it has come back.
    if (command.det.role === 'turn') frame.own.overlapping = true
    if (command.det.role === 'turn' || !overlapping) label.markLook(record.n)
  }

  async #spawn(record: RecordOf<'frame.spawn'>, { frame, at }: AuditedPlace): Promise<void> {
    const { n, det } = record
    const { label, scope, share } = frame.own
    label.decide(n, det.decision.taint, false, `${at}/det/decision/taint`)
    label.look(n, det.decision.taint, `${at}/det/decision/taint`)
    label.see(det.label, `${at}/det/label`)
    // Opening a child that follows a script is part of that plan.
    const plan = det.script?.planHash ?? frame.own.planHash
    await this.#decideAgain(frame, det.decision, [], `${at}/det/decision`, plan)
    for (const [i, decision] of det.ceiling.entries()) {
      const place = `${at}/det/ceiling/${i}`
      if (decision.action === 'context::search') {
        this.#subject(frame, decision, 'context::search', place)
        label.decide(n, decision.taint, false, `${place}/taint`)
      } else if (decision.action !== 'model::call')
        refuse('LINEAGE_NOT_DERIVED', `No mode follows from a decision of ${decision.action}.`, place)
      await this.#decideAgain(frame, decision, [], place)
    }
    share.draw(det.decision.taint)
    if (det.outcome !== 'ok') return
    const { resources } = this.#opened
    const child = resources.model(det.model, `${at}/det/model`)
    const text = det.scope.find((id) => !resources.has(id))
    const foreign = det.scope.find((id) => id !== text && !scope.has(id))
    if (foreign !== undefined)
      refuse(
        'LINEAGE_NOT_DERIVED',
        `${det.child} may read ${foreign}, its parent may not.`,
        `${at}/det/scope`,
      )
    if (det.child.slice(0, det.child.lastIndexOf('.')) !== frame.lane)
      refuse('LINEAGE_NOT_DERIVED', `${frame.lane} cannot open ${det.child}.`, `${at}/det/child`)
    this.#checkMode(record, frame, text, at)
    checkHeld(det.bound, 2, child, `${at}/det/bound`)
    if (text !== undefined) resources.addText(text, det, frame.own.sealed)
  }

  /** The mode of a child is one that the decisions taken for it lead to. */
  #checkMode(
    { seq, det }: RecordOf<'frame.spawn'>,
    frame: AuditedFrame,
    text: string | undefined,
    at: string,
  ): void {
    const { run, resources } = this.#opened
    const child = this.#listOf(roleOf(run, seq, det), seq, at)
    const { scope, sealed, label } = frame.own
    const labelled = (id: string): Label => oneOf(resources.labels(id, at), (one) => flowsTo(one, det.label))
    const corpus = new Set(everyPartition(run).map(({ id }) => id))
    const texts = [...scope].filter((id) => !corpus.has(id))
    const named = det.scope.filter((id) => id !== text)
    const led = possibleModes({
      held: label.between(det.decision.taint, det.label),
      labels: [...run.partitions.map((partition) => partition.label), ...texts.map(labelled)],
      child,
      parent: this.#ceilingOf(frame, seq, at),
      decisions: det.ceiling,
      scope: named.map((id) => ({ id, label: labelled(id) })),
      whole: named.length === scope.size,
      text: text !== undefined,
      sealed: sealed.size > 0,
    })
    // A voter never draws on its parent's share.
    const modes = new Set(
      [...led].map((mode) => (det.profile === VOTER && mode === 'shared' ? 'apart' : mode)),
    )
    if (modes.has(det.mode)) return
    const due = modes.size === 0 ? 'other decisions' : [...modes].join(' or ')
    refuse(
      'MODE_NOT_DERIVED',
      `${det.child} was opened ${det.mode}; what policy allows it and its parent asks for ${due}.`,
      `${at}/det/mode`,
    )
  }

  #join(record: RecordOf<'frame.join'>, { frame, command, child, at }: AuditedPlace): void {
    const { n, det } = record
    if (child === undefined || command?.kind !== 'frame.spawn' || command.det.child !== det.child)
      refuse(
        'LINEAGE_NOT_DERIVED',
        `${frame.lane} joins ${det.child}, which it did not open there.`,
        `${at}/det/child`,
      )
    child.own.label.end(det.label, `${at}/det/label`)
    const parent = frame.own
    if (child.mode === 'blind') {
      keepSealed(parent, child.own, record)
      return
    }
    parent.label.raise(n, det.label)
    parent.share.draw(det.label)
    if (det.outcome === 'ok') for (const [lane, label] of child.own.sealed) parent.sealed.set(lane, label)
  }

  async #release(record: RecordOf<'output.release'>, { frame, at }: AuditedPlace): Promise<void> {
    const { n, det } = record
    const { label, sealed } = frame.own
    for (const lane of det.sealed) {
      const held = sealed.get(lane)
      if (held === undefined)
        refuse('LINEAGE_NOT_DERIVED', `${frame.lane} holds no sealed value of ${lane}.`, `${at}/det/sealed`)
      label.raise(n, held.least)
      if (flowsTo(held.most, det.label)) label.raise(n, held.most)
    }
    label.see(det.label, `${at}/det/label`)
    if (det.decision === null) return
    // A frame releases when all else it asked for is done.
    exactly(det.label, det.decision.taint, `${at}/det/decision/taint`)
    await this.#decideAgain(frame, det.decision, RELEASE_DISCHARGES, `${at}/det/decision`)
  }

  /** The lists that have to keep a model at a frame's label: its own, then those of its parent, unless it is blind. */
  #ceilingOf(frame: AuditedFrame, seq: number, at: string): ModelLists {
    const own = this.#listOf(frame.own.role, seq, at)
    const above =
      frame.parent === null || frame.mode === 'blind' ? [] : this.#ceilingOf(frame.parent, seq, at)
    return [own, ...above.filter((list) => !sameList(list, own))]
  }

  #listOf(role: ModelRole, seq: number, at: string): ModelLists[number] {
    const list = modelListsAt(this.#opened.run, seq)[role]
    if (list.length === 0) refuse('LINEAGE_NOT_DERIVED', 'The run has no model here.', at)
    return list
  }

  /** The request is the frame's own, and the policy answers it as it did. */
  async #decideAgain(
    { depth, profile, lane, own }: AuditedFrame,
    decision: RecordedDecision,
    discharges: readonly string[],
    at: string,
    planHash: string | undefined = own.planHash,
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
    await this.#ask({ action, resource, taint, depth, profile, discharged, planHash, recorded: decision, at })
  }

  async #ask(question: Parameters<DecisionReplayer['ask']>[0]): Promise<void> {
    const { replayer, resources } = this.#opened
    await replayer.ask(question, (resource) => resources.factsOf(resource, question.at))
  }

  get #opened(): Opened {
    return this.#known ?? refuse('LINEAGE_NOT_DERIVED', 'The first record opens no run.', 'records.ndjson#/0')
  }
}
