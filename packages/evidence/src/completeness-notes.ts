import { type Det, joinLabels, labelsEqual, NOTES, runsOfNotes } from '@writ/contract'
import { checkAllowed, checkDepth, checkSubject } from './completeness-decisions.ts'
import { checkTaintCovers, checkTaintWithin, heldAt, raiseLabel } from './completeness-labels.ts'
import type { Lane } from './completeness-lanes.ts'
import { checkOutcome } from './completeness-outcomes.ts'
import type { RecordOf } from './fold-run.ts'
import { refuse } from './verdict.ts'

/** Follows the notes of a run: those it was given and shown, those it wrote, and those it leaves. */
export class Notes {
  readonly #given: Det['run.open']['notes']
  /** The run and the partition of each note that was given, by its number. */
  readonly #runs: readonly string[]
  readonly #places: readonly string[]
  readonly #shown = new Set<number>()
  #cited = 0

  constructor({ notes: given, partitions, questionLabel }: Det['run.open']) {
    this.#given = given
    this.#runs = runsOfNotes(given)
    const of = given?.partitions ?? []
    this.#places = of.flatMap(({ id, documents }) => Array.from({ length: documents }, () => id))
    const known = new Set(partitions.map(({ id }) => id))
    for (const [i, { id, collection, label, documents, runs }] of of.entries()) {
      const at = `records.ndjson#/0/det/notes/partitions/${i}`
      if (known.has(id)) refuseNotes(`There are two partitions ${id}.`, at)
      known.add(id)
      if (collection !== NOTES) refuseNotes(`Notes are no documents of ${collection}.`, at)
      if (runs.reduce((sum, { notes }) => sum + notes, 0) !== documents)
        refuseNotes('The runs have other notes than there are.', at)
      // So that what earlier frames wrote changes nothing of what a frame can come to be labelled.
      if (!partitions.some((one) => labelsEqual(joinLabels(one.label, questionLabel), label)))
        refuseNotes('These notes are labelled like no documents of the corpus.', at)
    }
  }

  /** Whether frames were shown notes of earlier runs. */
  get some(): boolean {
    return this.#shown.size > 0
  }

  /** Notes are touched by `notes` and by nothing else, and only notes of what was touched are shown. */
  context({ kind, det }: RecordOf<'context.search'> | RecordOf<'context.read'>, at: string): void {
    const own = new Set(this.#places)
    const { op, outcome, partitions } = det
    const notes = kind === 'context.search' ? det.notes : undefined
    const odd = partitions.find((id) => own.has(id) !== (op === 'notes'))
    if (odd !== undefined) refuseNotes(`A step of ${op} touched ${odd}.`, `${at}/det/partitions`)
    if (notes === undefined) return
    if (op !== 'notes' || outcome !== 'ok' || notes.length === 0)
      refuseNotes(`A ${op} that ended ${outcome} showed notes.`, `${at}/det/notes`)
    for (const [i, number] of notes.entries()) {
      const place = this.#places[number]
      if (place === undefined || !partitions.includes(place) || number <= (notes[i - 1] ?? -1))
        refuseNotes(`Note ${number} cannot have been shown.`, `${at}/det/notes/${i}`)
      this.#shown.add(number)
    }
  }

  write(record: RecordOf<'memory.write'>, lane: Lane, at: string): void {
    const { outcome, decision, label, citations } = record.det
    checkOutcome(record.det, at)
    raiseLabel(lane, label, at)
    if (decision !== null) {
      checkDepth(lane, decision, at)
      checkSubject(decision, 'memory::write', `collection:${NOTES}`, at)
      checkTaintCovers(decision, heldAt(lane, record.n), at)
      checkTaintWithin(decision, label, at)
    }
    if (outcome !== 'ok') return
    checkAllowed(lane, decision, at)
    if (citations > 0) this.#cited += 1
  }

  /** What the close says of notes is what the records give; only a complete run leaves any, and only notes that cite. */
  close({ det }: RecordOf<'run.close'>, at: string): void {
    const { shown = 0, runs = [], kept = 0, content } = det.notes ?? {}
    const place = `${at}/det/notes`
    if (shown !== this.#shown.size) refuseNotes(`Frames were shown ${this.#shown.size} notes.`, place)
    const from = [...new Set([...this.#shown].map((number) => this.#runs[number]))].sort()
    if (runs.join() !== from.join()) refuseNotes(`The notes shown come from ${from.join(', ')}.`, place)
    if (kept > this.#cited) refuseNotes(`The records have ${this.#cited} notes that cite.`, place)
    if (kept > 0 && (det.status !== 'complete' || this.#given === undefined))
      refuseNotes('This run leaves no notes.', place)
    if (kept > 0 !== (content !== undefined)) refuseNotes('Notes are kept without their content.', place)
  }
}

function refuseNotes(detail: string, at: string): never {
  refuse('NOTES_DIFFER', detail, at)
}
