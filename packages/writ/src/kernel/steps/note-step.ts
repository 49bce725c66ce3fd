import {
  type Citation,
  encodedBytes,
  type LabelledNote,
  MAX_FRAME_NOTES,
  MAX_NOTE_CITATIONS,
  MAX_NOTE_KEY_BYTES,
  MAX_NOTE_QUOTE_BYTES,
  MAX_NOTE_VALUE_BYTES,
  NOTES,
  type Note,
  type RecordedDecision,
  toWritError,
  WritError,
} from '@writ/contract'
import type { StepId } from '../basis/step-id.ts'
import type { FrameState } from '../state/frame-state.ts'
import { errorFrom, errorJson, outcomeOf, type RunState } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { endStep } from './end-step.ts'
import { observe } from './observe.ts'

/** What became of a note: the decision, where policy was asked, and why it was not kept. */
interface Written {
  readonly decision: RecordedDecision | null
  readonly error: WritError | null
}

/** Keeps a note of a frame. It has the label that the frame had when policy was asked, which covers all that is in it. */
export async function performNote(
  state: RunState,
  lane: FrameState,
  id: StepId,
  note: Note,
  onFinal: OnFinal,
): Promise<null> {
  const { journal } = state
  const asked = JSON.stringify(note)
  const input = journal.commit(id, 'memory.write', 'input', asked)
  const { decision, error } = await observe<'memory.write', Written>(journal, {
    kind: 'memory.write',
    id,
    asked: () => ({ input }),
    kept: ({ outcome }) => (outcome === 'ok' ? null : { name: 'error' }),
    perform: () => happen(state, lane, note),
    recall: ({ det }, text) => {
      lane.raise(det.label)
      if (det.decision !== null && det.decision.verdict !== 'allow') refused(state, det.decision)
      if (det.outcome === 'ok') lane.notes.count()
      return { decision: det.decision, error: det.outcome === 'ok' ? null : errorFrom(text) }
    },
  })
  const written = journal.write({
    kind: 'memory.write',
    id,
    det: {
      outcome: error === null ? 'ok' : outcomeOf(error),
      code: error?.code ?? null,
      input,
      decision,
      citations: note.citations.length,
      label: lane.label,
    },
    obs: { at: journal.now() },
    payloads: { input: asked, ...(error === null ? {} : { error: errorJson(error) }) },
    durability: 'commit',
  })
  if (error === null && decision !== null) lane.notes.write(labelled(lane, note, decision), written.seq)
  await endStep(state, lane, id, { kind: 'memory.write', op: 'note', error }, written, onFinal)
  if (error !== null) throw error
  return null
}

/** A note as it is kept: what it cites is as `cite` gave it, with where that stands in an original, and not as its frame says. */
function labelled(lane: FrameState, note: Note, { taint }: RecordedDecision): LabelledNote {
  const known = new Map([...lane.citations, ...lane.inherited].map((one) => [citationKey(one), one]))
  const citations = note.citations.map((citation) => known.get(citationKey(citation)) ?? citation)
  return { ...note, citations, label: taint }
}

async function happen(state: RunState, lane: FrameState, note: Note): Promise<Written> {
  try {
    requireSize(note)
    requireCitations(lane, note.citations)
    requireRoom(lane)
  } catch (error) {
    return { decision: null, error: toWritError(error) }
  }
  lane.notes.count()
  const written = await decide(state, lane)
  if (written.error !== null) lane.notes.uncount()
  return written
}

async function decide(state: RunState, lane: FrameState): Promise<Written> {
  let decision: RecordedDecision | null = null
  try {
    await lane.admit(async () => {
      const collection = state.ports.policy.collection(NOTES)
      const decided = await state.gate.decide(lane, 'memory::write', collection, lane.label)
      decision = decided.recorded
    })
    return { decision, error: decision === null ? null : refused(state, decision) }
  } catch (error) {
    return { decision, error: toWritError(error) }
  }
}

/** The error of a decision that does not allow it; null of one that does. */
function refused(
  { gate }: RunState,
  { resource, verdict, policies, reason }: RecordedDecision,
): WritError | null {
  return verdict === 'allow' ? null : gate.denied('memory::write', resource, policies, reason)
}

function requireSize({ key, value, citations }: Note): void {
  requireAtMost('key', encodedBytes(key, 'utf-8'), 'bytes', MAX_NOTE_KEY_BYTES)
  requireAtMost('value', encodedBytes(JSON.stringify(value), 'utf-8'), 'bytes as JSON', MAX_NOTE_VALUE_BYTES)
  requireAtMost('list of citations', citations.length, 'of them', MAX_NOTE_CITATIONS)
  const quoted = citations.reduce((sum, { quote }) => sum + encodedBytes(quote, 'utf-8'), 0)
  requireAtMost('text of all quotes', quoted, 'bytes', MAX_NOTE_QUOTE_BYTES)
}

function requireRoom({ notes }: FrameState): void {
  if (!notes.full) return
  const data = { limit: 'notes', most: MAX_FRAME_NOTES }
  throw new WritError('BUDGET_EXCEEDED', `One frame may keep ${MAX_FRAME_NOTES} notes.`, { data })
}

function requireAtMost(what: string, size: number, unit: string, most: number): void {
  if (size <= most) return
  throw new WritError('BAD_REQUEST', `The ${what} of a note has ${size} ${unit}, and may have ${most}.`)
}

/** What a note cites was cited by its frame, or by a child that it joined: so its bytes were granted and compared. */
function requireCitations({ citations, inherited }: FrameState, given: readonly Citation[]): void {
  if (given.length === 0) return
  const known = new Set([...citations, ...inherited].map(citationKey))
  const forged = given.find((citation) => !known.has(citationKey(citation)))
  if (forged === undefined) return
  const { doc, start, end } = forged
  throw new WritError(
    'CITATION_INVALID',
    `Nothing that cite() gave this frame or its children is a citation of bytes ${start}–${end} of ${doc}.`,
  )
}

function citationKey({ doc, start, end, sha256, quote }: Citation): string {
  return JSON.stringify([doc, start, end, sha256, quote])
}
