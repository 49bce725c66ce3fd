import { type TrustRoot, WritError } from '@writ/contract'
import { type Contents, readEvidence } from './evidence-contents.ts'
import { judgeSignatures } from './signatures.ts'
import { openTrustRoot } from './trust-root.ts'
import {
  failed,
  judge,
  notEvaluated,
  VERDICT_NAMES,
  type Verdict,
  type VerdictName,
  type VerdictReport,
} from './verdict.ts'
import { verifyAuthority } from './verify-authority.ts'
import { verifyCompleteness } from './verify-completeness.ts'
import { verifyDisclosure } from './verify-disclosure.ts'
import { verifyIntegrity } from './verify-integrity.ts'

export interface VerifyOptions {
  /** From outside the file. Without one AUTHORITY fails. */
  readonly trust?: TrustRoot | undefined
  /** A parsed `writ.answer/1` to tie to the file. */
  readonly answer?: unknown
  /** Which verdicts to judge beside the essential three, by name; all when absent. */
  readonly only?: readonly string[] | undefined
}

const REQUIRED: readonly VerdictName[] = ['INTEGRITY', 'AUTHORITY', 'COMPLETENESS']

/**
 * Judges an evidence file. Never throws for what the file holds; throws `USAGE` for a name in `only` that is no
 * verdict. Needs no network, no clock and no file but the bytes.
 */
export function verifyEvidence(bytes: Uint8Array, options: VerifyOptions = {}): VerdictReport {
  const asked = askedVerdicts(options.only)
  const read = attempt(() => readEvidence(bytes))
  const judged = read.ok
    ? judgeContents(read.value, options)
    : (name: VerdictName) => unread(name, read.error)
  const verdicts = VERDICT_NAMES.map((name) =>
    asked.has(name) ? judged(name) : notEvaluated(name, 'NOT_ASKED'),
  )
  return { schema: 'writ.verdict/1', ok: isOk(verdicts), verdicts }
}

function askedVerdicts(only: readonly string[] | undefined): ReadonlySet<string> {
  for (const name of only ?? []) {
    if (VERDICT_NAMES.some((known) => known === name)) continue
    throw new WritError('USAGE', `'${name}' is no verdict; there are ${VERDICT_NAMES.join(', ')}.`)
  }
  // Without the essential three nothing can be said of a run, so they are judged whatever was asked.
  return new Set([...REQUIRED, ...(only ?? VERDICT_NAMES)])
}

/** A file that cannot be read leaves nothing else to judge. */
function unread(name: VerdictName, error: unknown): Verdict {
  return name === 'INTEGRITY' ? failed(name, error) : notEvaluated(name, 'UNREADABLE')
}

function judgeContents(contents: Contents, options: VerifyOptions): (name: VerdictName) => Verdict {
  const ring = attempt(() => openTrustRoot(options.trust))
  const signatures = ring.ok ? judgeSignatures(contents, ring.value) : []
  return (name) => {
    switch (name) {
      case 'INTEGRITY':
        return judge(name, () => verifyIntegrity(contents, signatures))
      case 'AUTHORITY':
        return ring.ok ? judge(name, () => verifyAuthority(signatures)) : failed(name, ring.error)
      case 'COMPLETENESS':
        return judge(name, () => verifyCompleteness(contents))
      case 'DISCLOSURE':
        return judge(name, () => verifyDisclosure(contents, options.answer))
      case 'WITNESSED':
        return notEvaluated(name, 'NO_WITNESS')
      case 'POLICY':
        return notEvaluated(name, 'NEEDS_RUNTIME')
      case 'REPLAY':
        return notEvaluated(name, 'NOT_IN_PROFILE')
    }
  }
}

function isOk(verdicts: readonly Verdict[]): boolean {
  const passed = (name: VerdictName): boolean =>
    verdicts.some((verdict) => verdict.name === name && verdict.result === 'pass')
  return verdicts.every((verdict) => verdict.result !== 'fail') && REQUIRED.every(passed)
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

function attempt<T>(make: () => T): Attempt<T> {
  try {
    return { ok: true, value: make() }
  } catch (error) {
    return { ok: false, error }
  }
}
