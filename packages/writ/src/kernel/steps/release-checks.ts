import { type Citation, type Json, WritError } from '@writ/contract'
import { inWords } from '../../schema/index.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'

/** A value that a frame wants to release. */
export interface Candidate {
  /** With the sealed values in it in their places, where the root releases it. */
  readonly value: Json
  readonly citations: readonly Citation[]
}

/**
 * One thing that must hold of a value before it is released. Rejects with `INVALID_ANSWER` or `CITATION_INVALID` when it does
 * not: then the frame hears why, and may release again. What a check of the root came to is recorded and not looked for
 * again. A check of a child must come to the same whenever it is made.
 */
type ReleaseCheck = (state: RunState, lane: FrameState, candidate: Candidate) => Promise<void>

/** What is checked of a release, in this order. The first that does not hold is told. */
const CHECKS: readonly ReleaseCheck[] = [fitsSchema, citationsHold]

/** Checks all that must hold of a release. */
export async function checkRelease(state: RunState, lane: FrameState, candidate: Candidate): Promise<void> {
  for (const check of CHECKS) await check(state, lane, candidate)
}

/** A typed frame releases a value that fits its schema. */
async function fitsSchema(_: RunState, { schema }: FrameState, { value }: Candidate): Promise<void> {
  const misfits = await Promise.resolve(schema?.misfits(value) ?? [])
  if (misfits.length > 0)
    throw new WritError('INVALID_ANSWER', `The value does not fit the schema: ${inWords(misfits)}.`)
}

/** Every citation's bytes are read again and must be what the citation says. */
async function citationsHold({ ports }: RunState, lane: FrameState, { citations }: Candidate): Promise<void> {
  for (const citation of citations) {
    const { doc, start, end, sha256, quote } = citation
    const read = await ports.store.read(doc, start, end)
    const same = read.start === start && read.end === end && read.sha256 === sha256 && read.text === quote
    if (!same || !lane.slices.covers(doc, start, end))
      throw new WritError(
        'CITATION_INVALID',
        `The citation of bytes ${start}–${end} of ${doc} does not match the document.`,
      )
  }
}
