import { type Citation, type DocumentCoverage, type Json, supportOf } from '@writ/contract'
import { canonicalJson } from './canonical.ts'
import type { Field } from './commitment.ts'
import { disclosurePath } from './disclosures.ts'
import { utf8 } from './encoding.ts'
import type { Contents } from './evidence-contents.ts'
import { DISCLOSURES } from './evidence-layout.ts'
import type { RecordOf } from './fold-run.ts'
import type { AnyRecord } from './record.ts'
import type { RecordPass } from './record-pass.ts'
import { refuse } from './verdict.ts'

/** What is laid open says what the records say of it elsewhere: refusals, bytes of the answer, how its leaves stand. */
export function checkTold(contents: Contents, { first, last, released, refusals }: RecordPass): void {
  if (last.kind !== 'run.close') return
  const denials = laidOpen(contents, last, 'run.close/denials')
  if (denials !== undefined && denials.text !== canonicalJson(refusals.denials))
    refuse(
      'DISCLOSED_DIFFERS',
      `The records have ${refusals.denials.length} different refusals; those laid open are others.`,
      denials.at,
    )
  checkDocuments(contents, last)
  if (released?.kind !== 'output.release') return
  const value = laidOpen(contents, released, 'output.release/value')
  if (value === undefined) return
  const bytes = utf8(value.text).length
  if (bytes !== released.det.bytes)
    refuse('DISCLOSED_DIFFERS', `${bytes} bytes were released, not ${released.det.bytes}.`, value.at)
  const citations = laidOpen(contents, released, 'output.release/citations')
  if (citations === undefined) return
  const { support, basis } = last.det
  const { unsupportedPaths: _, ...derived } = supportOf(
    parsed(value) as Json,
    parsed(citations) as readonly Citation[],
    basis,
    first.kind === 'run.open' && first.det.leaves === 'sentences',
  )
  if (canonicalJson(support) !== canonicalJson(derived))
    refuse('DISCLOSED_DIFFERS', 'The leaves of the value do not stand as the close says.', value.at)
}

/** Documents told one by one come to no more than all of them do. */
function checkDocuments(contents: Contents, last: RecordOf<'run.close'>): void {
  const open = laidOpen(contents, last, 'run.close/perDocument')
  if (open === undefined) return
  const { documents, touched, searched, read } = last.obs.coverage
  const told = parsed(open) as readonly DocumentCoverage[]
  const bytes = (of: (one: DocumentCoverage) => number): number => told.reduce((sum, one) => sum + of(one), 0)
  const fits =
    told.length <= documents &&
    told.filter((one) => one.read > 0).length <= touched &&
    bytes((one) => one.read) <= read &&
    bytes((one) => (one.searched ? one.bytes : 0)) <= searched
  if (!fits)
    refuse('DISCLOSED_DIFFERS', 'More was looked at of single documents than of all of them.', open.at)
}

interface LaidOpen {
  readonly text: string
  readonly at: string
}

function laidOpen({ disclosures }: Contents, { lane, n }: AnyRecord, field: Field): LaidOpen | undefined {
  const path = disclosurePath(lane, n, field)
  const index = disclosures.items.findIndex((item) => item.path === path)
  const text = disclosures.items[index]?.text
  return text === undefined ? undefined : { text, at: `${DISCLOSURES}#/items/${index}/text` }
}

function parsed({ text, at }: LaidOpen): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return refuse('COMMITMENT_MISMATCH', 'What is laid open is no JSON.', at)
  }
}
