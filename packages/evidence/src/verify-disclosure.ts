import { type Disclosure, disclosedCommitment, disclosurePath } from './disclosures.ts'
import type { Contents } from './evidence-contents.ts'
import { DISCLOSURES, RECORDS } from './evidence-layout.ts'
import type { RecordOf } from './fold-run.ts'
import type { AnyRecord } from './record.ts'
import { disclosedRecord, type RecordPass } from './record-pass.ts'
import { refuse } from './verdict.ts'
import { verifyAnswer } from './verify-answer.ts'
import { type ReadFile, verifyEarlier } from './verify-earlier.ts'
import { checkTold } from './verify-told.ts'

/**
 * DISCLOSURE: whether every opened field is what its record committed to and, when an answer is given, whether it is
 * the one this file proves; earlier runs that are given have to be those that this one goes on from. Fields nobody opened stay closed and are counted.
 */
export function verifyDisclosure(
  { contents, pass }: ReadFile,
  { answer, earlier }: { readonly answer?: unknown; readonly earlier: readonly ReadFile[] },
): string {
  const { disclosures } = contents
  for (const [i, disclosure] of disclosures.items.entries()) {
    checkDisclosure(disclosure, pass, `${DISCLOSURES}#/items/${i}`)
  }
  checkTold(contents, pass)
  const closed = closedFields(contents, pass)
  const also = closed.length === 0 ? '' : `; redacted: ${closed.join(', ')}`
  const opened = `${matching(disclosures.items.length)}${also}`
  for (const file of earlier) verifyEarlier({ contents, pass }, file)
  const before = earlier.length === 0 ? '' : `; it goes on from ${earlier.map(runOf).join(', ')}`
  if (answer === undefined) return `${opened}${before}.`
  verifyAnswer(contents, pass, answer)
  return `${opened}${before}; the answer is the one they prove.`
}

function runOf({ contents }: ReadFile): string {
  return `run ${contents.run}`
}

/** What a copy keeps closed of the fields that the run laid open. */
function closedFields({ exported, disclosures }: Contents, pass: RecordPass): readonly string[] {
  if (exported === undefined) return []
  const { first, released, last } = pass
  const earlier = first.kind === 'run.open' && first.det.earlier !== undefined && released !== undefined
  const checked = released?.kind === 'output.release' && released.det.problems !== undefined
  const usual: readonly (readonly [AnyRecord | undefined, readonly string[]])[] = [
    [first, ['question', 'omitted', ...(earlier ? ['earlier'] : [])]],
    [released, ['value', 'citations', ...(checked ? ['problems'] : [])]],
    ...(last.kind === 'run.close' ? [[last, closedOf(last)] as const] : []),
  ]
  const paths = usual.flatMap(([record, names]) =>
    record === undefined
      ? []
      : names.map((name) => disclosurePath(record.lane, record.n, `${record.kind}/${name}`)),
  )
  return paths.filter((path) => !disclosures.items.some((item) => item.path === path))
}

function closedOf({ obs }: RecordOf<'run.close'>): readonly string[] {
  return ['denials', ...(obs.coverage.perDocument === undefined ? [] : ['perDocument'])]
}

function checkDisclosure(disclosure: Disclosure, pass: RecordPass, at: string): void {
  const { path, lane, n, field } = disclosure
  if (path !== disclosurePath(lane, n, field)) {
    refuse('NO_SUCH_FIELD', `The path ${path} is not that of ${field} at ${lane}/${n}.`, `${at}/path`)
  }
  const name = field.slice(field.indexOf('/') + 1)
  const found = disclosedRecord(pass, lane, n, field)
  const [part, committed] = commitmentIn(found?.record, name)
  if (typeof committed !== 'string') {
    refuse('NO_SUCH_FIELD', `No record commits to ${path}.`, `${at}/field`)
  }
  if (disclosedCommitment(disclosure) !== committed) {
    const record = `${RECORDS}#/${found?.place}/${part}/${name}`
    refuse('COMMITMENT_MISMATCH', `The text of ${path} is not what ${record} committed to.`, `${at}/text`)
  }
}

/** What a record commits to under a name, and in which part of it. */
function commitmentIn(record: AnyRecord | undefined, name: string): readonly [part: string, found: unknown] {
  if (record?.kind === 'run.close' && name === 'perDocument')
    return ['obs/coverage', record.obs.coverage.perDocument]
  const det: object = record?.det ?? {}
  return ['det', Object.entries(det).find(([key]) => key === name)?.[1]]
}

function matching(opened: number): string {
  return opened === 1
    ? '1 opened field matches its commitment'
    : `${opened} opened fields match their commitments`
}
