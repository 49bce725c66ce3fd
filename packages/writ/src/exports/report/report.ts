import { WritError } from '@writ/contract'
import type { RunSource } from '../run-source.ts'
import { page } from './page.ts'
import type { Proof } from './proof-section.ts'
import { readStory } from './story.ts'

/** A run as one HTML page for people. Rejects with `EVIDENCE_UNREADABLE` when its records do not begin with its opening. */
export async function htmlReport(source: RunSource, proof: Proof | null): Promise<string> {
  const story = await readStory(source)
  if (story === undefined)
    throw new WritError('EVIDENCE_UNREADABLE', `Run ${source.run} has no opening record to report on.`)
  return page(story, proof)
}
