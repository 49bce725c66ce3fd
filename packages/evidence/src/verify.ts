import { isWritError, type TrustRoot, WritError } from '@writ/contract'
import { type ByteSource, bytesSource } from './byte-source.ts'
import { erasedDisclosure } from './erased-evidence.ts'
import { type Contents, readEvidence } from './evidence-contents.ts'
import { passRecords } from './record-pass.ts'
import { judgeSignatures } from './signatures.ts'
import { openTrustRoot } from './trust-root.ts'
import {
  type Attempt,
  attempt,
  failed,
  judge,
  notEvaluated,
  resultOf,
  VERDICT_NAMES,
  type Verdict,
  type VerdictName,
  type VerdictReport,
} from './verdict.ts'
import { verifyAuthority } from './verify-authority.ts'
import { verifyDisclosure } from './verify-disclosure.ts'
import type { ReadFile } from './verify-earlier.ts'
import { verifyIntegrity } from './verify-integrity.ts'
import { type LoggedRun, verifyWitnessed } from './verify-witnessed.ts'

export interface VerifyOptions {
  /** From outside the file. Without one AUTHORITY fails. */
  readonly trust?: TrustRoot | undefined
  /** A parsed `writ.answer/1` to tie to the file. */
  readonly answer?: unknown
  /** Evidence files of runs that this one is said to go on from. */
  readonly earlier?: readonly (Uint8Array | ByteSource)[] | undefined
  /** Which verdicts to judge beside the essential three, by name; all when absent. DISCLOSURE too when there is an answer or an earlier run. */
  readonly only?: readonly string[] | undefined
  /** What judges the verdicts that need the runtime. Without one they are not evaluated. */
  readonly judges?: { readonly POLICY?: Judge; readonly REPLAY?: Judge }
}

/**
 * Gives one verdict of an evidence file, nothing of which is trusted; undefined when it cannot be judged here. It sees the
 * verdicts given before its own. What it throws fails the verdict, unless the file cannot be read.
 */
export type Judge = (contents: Contents, before: readonly Verdict[]) => Promise<Verdict | undefined>

const REQUIRED: readonly VerdictName[] = ['INTEGRITY', 'AUTHORITY', 'COMPLETENESS']

/**
 * Judges an evidence file, reading it in parts: what is held does not grow with the run. Never rejects for what the
 * file holds; rejects with `USAGE` for a name in `only` that is no verdict, and when the source cannot be read. Needs no
 * network, no clock and no file but this one.
 */
export async function verifyEvidence(
  evidence: Uint8Array | ByteSource,
  options: VerifyOptions = {},
): Promise<VerdictReport> {
  const asked = askedVerdicts(options)
  const read = await readAll(evidence)
  const earlier = await Promise.all((options.earlier ?? []).map(readAll))
  const judged = read.ok ? judgeContents(read.value, earlier, options) : null
  const verdicts: Verdict[] = []
  for (const name of VERDICT_NAMES) {
    if (!asked.has(name)) verdicts.push(notEvaluated(name, 'NOT_ASKED'))
    else if (judged === null) verdicts.push(unread(name, read.ok ? undefined : read.error))
    else verdicts.push(await judged(name, verdicts))
  }
  return { schema: 'writ.verdict/1', ok: isOk(verdicts), verdicts }
}

async function readAll(evidence: Uint8Array | ByteSource): Promise<Attempt<ReadFile>> {
  try {
    const source = evidence instanceof Uint8Array ? bytesSource(evidence) : evidence
    const contents = await readEvidence(source)
    return { ok: true, value: { contents, pass: await passRecords(contents) } }
  } catch (error) {
    // What was read fails a verdict; what could not be read says nothing about the file.
    if (isWritError(error) && error.code === 'EVIDENCE_UNREADABLE') throw error
    return { ok: false, error }
  }
}

function askedVerdicts({ only, answer, earlier = [] }: VerifyOptions): ReadonlySet<string> {
  for (const name of only ?? []) {
    if (VERDICT_NAMES.some((known) => known === name)) continue
    throw new WritError('USAGE', `'${name}' is no verdict; there are ${VERDICT_NAMES.join(', ')}.`)
  }
  // Without the essential three nothing can be said of a run, so they are judged whatever was asked. An answer and
  // earlier runs that were given are compared: DISCLOSURE does that.
  const compared = answer === undefined && earlier.length === 0 ? [] : ['DISCLOSURE']
  return new Set([...REQUIRED, ...compared, ...(only ?? VERDICT_NAMES)])
}

/** A file that cannot be read leaves nothing else to judge. */
function unread(name: VerdictName, error: unknown): Verdict {
  return name === 'INTEGRITY' ? failed(name, error) : notEvaluated(name, 'UNREADABLE')
}

function judgeContents(
  read: ReadFile,
  earlier: readonly Attempt<ReadFile>[],
  { trust, answer, judges = {} }: VerifyOptions,
): (name: VerdictName, before: readonly Verdict[]) => Verdict | Promise<Verdict> {
  const { contents, pass } = read
  const ring = attempt(() => openTrustRoot(trust))
  const signatures = ring.ok ? judgeSignatures(contents, ring.value) : []
  return (name, before) => {
    switch (name) {
      case 'INTEGRITY':
        return judge(name, () => verifyIntegrity(contents, pass, signatures))
      case 'AUTHORITY':
        return ring.ok
          ? judge(name, () => verifyAuthority(contents, signatures, ring.value))
          : failed(name, ring.error)
      case 'COMPLETENESS':
        return judge(name, () => resultOf(pass.completeness))
      case 'DISCLOSURE':
        return (
          erasedDisclosure(contents, answer) ??
          judge(name, () => verifyDisclosure(read, { answer, earlier: earlier.map(resultOf) }))
        )
      case 'WITNESSED':
        return verifyWitnessed(loggedRun(contents), ring.ok ? ring.value : undefined)
      case 'POLICY':
        return judgeWith(judges.POLICY, contents, before, notEvaluated(name, 'NEEDS_RUNTIME'))
      case 'REPLAY': {
        const code = contents.profile === 'replay' ? 'NEEDS_RUNTIME' : 'NOT_IN_PROFILE'
        return judgeWith(judges.REPLAY, contents, before, notEvaluated(name, code))
      }
    }
  }
}

/** A judge from outside answers for its own verdict only, and one that breaks fails it. */
async function judgeWith(
  judged: Judge | undefined,
  contents: Contents,
  before: readonly Verdict[],
  open: Verdict,
): Promise<Verdict> {
  const { name } = open
  try {
    return { ...((await judged?.(contents, before)) ?? open), name }
  } catch (error) {
    if (isWritError(error) && error.code === 'EVIDENCE_UNREADABLE') throw error
    return failed(name, error)
  }
}

function loggedRun({ file, runOpen, runClose }: Contents): LoggedRun {
  return {
    opened: runOpen.statement.predicate,
    closed: runClose.statement.predicate,
    file,
  }
}

function isOk(verdicts: readonly Verdict[]): boolean {
  const passed = (name: VerdictName): boolean =>
    verdicts.some((verdict) => verdict.name === name && verdict.result === 'pass')
  return verdicts.every((verdict) => verdict.result !== 'fail') && REQUIRED.every(passed)
}
