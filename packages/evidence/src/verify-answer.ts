import {
  type Answer,
  answeredConversation,
  answerNotes,
  type Check,
  type Citation,
  type Coverage,
  type DocumentCoverage,
  isWritError,
  type Json,
  supportOf,
} from '@writ/contract'
import { canonicalJson } from './canonical.ts'
import type { Field } from './commitment.ts'
import { disclosurePath } from './disclosures.ts'
import type { Contents } from './evidence-contents.ts'
import { RECORDS } from './evidence-layout.ts'
import type { RecordOf } from './fold-run.ts'
import type { AnyRecord } from './record.ts'
import type { RecordPass } from './record-pass.ts'
import { pointerToken } from './shape.ts'
import { refuse } from './verdict.ts'

const AT = 'answer'

/** Keys of an answer that this check compares; `evidence` is where the file lies and proves nothing. */
const COMPARED = [
  'schema',
  'run',
  'status',
  'basis',
  'answer',
  'value',
  'citations',
  'label',
  'usage',
  'answeredBy',
  'support',
  'coverage',
  'checks',
  'denials',
  'omitted',
  'reason',
  'notes',
  'conversation',
] as const satisfies readonly (keyof Answer)[]

/**
 * Ties an answer (`writ.answer/1`, parsed) to the records: every field is derived from them and from what the file
 * discloses, then compared. A key nothing in the file vouches for is refused too.
 */
export function verifyAnswer(contents: Contents, pass: RecordPass, answer: unknown): void {
  const given = answerObject(answer)
  const expected = provenAnswer(contents, pass)
  const stranger = Object.keys(given).find(
    (key) => key !== 'evidence' && !COMPARED.some((known) => known === key),
  )
  if (stranger !== undefined) {
    refuse(
      'ANSWER_MISMATCH',
      `Nothing in the file vouches for ${stranger} of the answer.`,
      `${AT}#/${pointerToken(stranger)}`,
    )
  }
  for (const key of COMPARED) {
    const pointer = difference(given[key], expected[key], `/${key}`)
    if (pointer !== null) {
      refuse(
        'ANSWER_MISMATCH',
        `The answer has another ${pointer.slice(1)} than the file.`,
        `${AT}#${pointer}`,
      )
    }
  }
}

function answerObject(answer: unknown): Readonly<Record<string, unknown>> {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    refuse('BAD_ANSWER', 'What was given as the answer is no JSON object.', AT)
  }
  return { ...answer }
}

function provenAnswer(
  contents: Contents,
  { first: opened, last: closed, released, charges }: RecordPass,
): Readonly<Record<(typeof COMPARED)[number], unknown>> {
  const { run } = contents
  if (opened.kind !== 'run.open' || closed.kind !== 'run.close') {
    refuse('BAD_ANSWER', `The run ended without an answer, in a ${closed.kind} record.`, RECORDS)
  }
  const { status, basis, label, charged, frames, maxDepth, steps } = closed.det
  const value =
    released === undefined ? null : (disclosed(contents, released, 'output.release/value') as Json)
  // What is disclosed is tied to a commitment, so it is what the run released.
  const citations = (
    released === undefined ? [] : disclosed(contents, released, 'output.release/citations')
  ) as readonly Citation[]
  return {
    schema: 'writ.answer/1',
    run,
    status,
    basis,
    answer: released === undefined ? null : typeof value === 'string' ? value : canonicalJson(value),
    value,
    citations,
    label,
    usage: {
      modelCalls: charged.calls,
      inputTokens: charged.inputTokens,
      outputTokens: charged.outputTokens,
      ...(charges.cachedInputTokens === 0 ? {} : { cachedInputTokens: charges.cachedInputTokens }),
      ...(charges.reusedCalls === 0 ? {} : { reusedCalls: charges.reusedCalls }),
      costMicroUsd: charged.costMicroUsd,
      costKnown: charges.costKnown,
      boundCalls: charges.boundCalls,
      frames,
      maxDepth,
      steps,
      wallMs: closed.obs.tookMs,
    },
    answeredBy: charges.answeredBy,
    support: supportOf(value, citations, basis, opened.det.leaves === 'sentences'),
    coverage: coverageIn(contents, closed),
    checks: checksOf(contents, released),
    denials: disclosed(contents, closed, 'run.close/denials'),
    omitted: disclosed(contents, opened, 'run.open/omitted'),
    reason: closed.obs.reason,
    notes: answerNotes(opened.det.notes, closed.det.notes),
    conversation: opened.det.conversation && answeredConversation(opened.det.conversation),
  }
}

/** What was looked at, with the documents one by one where the close commits to them. */
function coverageIn(contents: Contents, closed: RecordOf<'run.close'>): Coverage {
  const { perDocument, ...inAll } = closed.obs.coverage
  if (perDocument === undefined) return inAll
  return { ...inAll, perDocument: disclosed(contents, closed, 'run.close/perDocument') as DocumentCoverage[] }
}

/** What the checks of the release came to, with the words that are laid open; undefined when none were asked for. */
function checksOf(contents: Contents, released: AnyRecord | undefined): readonly Check[] | undefined {
  if (released?.kind !== 'output.release' || released.det.checks === undefined) return undefined
  const problems = disclosed(contents, released, 'output.release/problems') as readonly (readonly string[])[]
  return released.det.checks.map((check, i) => ({ ...check, problems: problems[i] ?? [] }))
}

/** The value of a disclosed JSON field. */
function disclosed({ disclosures }: Contents, record: AnyRecord, field: Field): unknown {
  const path = disclosurePath(record.lane, record.n, field)
  const disclosure = disclosures.items.find((item) => item.path === path)
  if (disclosure === undefined) {
    const name = field.slice(field.indexOf('/') + 1)
    refuse('NOT_DISCLOSED', `The answer's ${name} cannot be compared: ${path} is closed.`, `${AT}#/${name}`)
  }
  try {
    return JSON.parse(disclosure.text)
  } catch {
    refuse('COMMITMENT_MISMATCH', `The text of ${path} is no JSON.`, path)
  }
}

/** How deep a difference is looked for; below that the pointer names the container. */
const POINTER_LEVELS = 8

/** JSON pointer of the first place where two JSON values differ; null when they are the same value. */
function difference(
  given: unknown,
  expected: unknown,
  pointer: string,
  levels = POINTER_LEVELS,
): string | null {
  if (given === expected || sameJson(given, expected)) return null
  if (levels === 0 || !isContainer(given) || !isContainer(expected)) return pointer
  const a = new Map(Object.entries(given))
  const b = new Map(Object.entries(expected))
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const place = `${pointer}/${pointerToken(key)}`
    if (a.has(key) !== b.has(key)) return place
    const inner = difference(a.get(key), b.get(key), place, levels - 1)
    if (inner !== null) return inner
  }
  return pointer
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function sameJson(given: unknown, expected: unknown): boolean {
  if (given === undefined || expected === undefined) return given === expected
  try {
    return canonicalJson(given) === canonicalJson(expected)
  } catch (error) {
    if (isWritError(error)) return false
    throw error
  }
}
