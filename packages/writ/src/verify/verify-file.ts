import { defined } from '@writ/contract'
import {
  type AnyRecord,
  type ByteSource,
  type Contents,
  type Verdict,
  type VerdictReport,
  verifyEvidence,
} from '@writ/evidence'
import { openEvidenceFile, withEvidence } from '../files/evidence-source.ts'
import { loadTrustRoot } from '../ledger/index.ts'
import { judgePolicy } from './judge-policy.ts'
import { judgeReplay, judgeReplayFile, type OpenHome } from './judge-replay.ts'

/** Where an evidence file keeps its bundle. */
const POLICY_FILES = 'policy/'

export interface VerifyOptions {
  /** Path of the trust root; without one the file's authority cannot be judged. */
  readonly trust?: string
  /** A parsed `writ.answer/1` object to tie to the file. */
  readonly answer?: unknown
  /** Paths of the evidence files of runs that this one is said to go on from. */
  readonly earlier?: readonly string[]
  /** A home that may have the run: then REPLAY does it again from there. */
  readonly home?: string
  /** Names of verdicts to give; all by default. */
  readonly only?: readonly string[]
}

/**
 * Verifies an evidence file offline: from its bytes, a trust root, and for REPLAY its own payloads or the home of the run.
 * A run that is done again is held whole; every other verdict reads the records anew and holds a part of them at a time.
 * Rejects with `EVIDENCE_UNREADABLE`.
 */
export async function verifyFile(path: string, options: VerifyOptions = {}): Promise<VerdictReport> {
  return await withEvidence(path, (source) => verifySource(source, options))
}

/** The same for a Writ of the home, which has services open already. */
export async function verifyWithin(
  open: OpenHome,
  path: string,
  options: VerifyOptions,
): Promise<VerdictReport> {
  return await withEvidence(path, (source) => verifySource(source, options, open))
}

async function verifySource(
  source: ByteSource,
  options: VerifyOptions,
  open?: OpenHome,
): Promise<VerdictReport> {
  const { only, home } = options
  await using opened = new AsyncDisposableStack()
  const earlier: ByteSource[] = []
  for (const path of options.earlier ?? []) {
    const file = opened.adopt(await openEvidenceFile(path), ({ close }) => close())
    earlier.push(file.source)
  }
  const trust = options.trust === undefined ? undefined : await loadTrustRoot(options.trust)
  return await verifyEvidence(source, {
    ...defined({ trust, only, earlier }),
    ...('answer' in options ? { answer: options.answer } : {}),
    judges: {
      POLICY: policyOf,
      REPLAY: (contents, before) => replayOf(contents, before, home, open),
    },
  })
}

function policyOf(contents: Contents): Promise<Verdict> {
  const released = contents.exported?.statement.predicate.decision
  const records = recordsOf(contents)
  return judgePolicy({ bundle: bundleOf(contents), records, ...(released ? { released } : {}) })
}

/**
 * From the file where it has the payloads, else from the home; undefined when neither has the run. A file that is not
 * whole, or not by the right keys, is not worth doing again.
 */
async function replayOf(
  contents: Contents,
  before: readonly Verdict[],
  home: string | undefined,
  open: OpenHome | undefined,
): Promise<Verdict | undefined> {
  if (before.some(({ name, result }) => result === 'fail' && name !== 'POLICY')) return undefined
  if (contents.profile === 'replay') return await judgeReplayFile(contents, open)
  if (home === undefined) return undefined
  return await judgeReplay(contents.run, recordsOf(contents), home, open)
}

/** The records, read from the file each time they are gone through. */
export function recordsOf(contents: Contents): AsyncIterable<AnyRecord> {
  return {
    async *[Symbol.asyncIterator]() {
      for await (const { records } of contents.records()) yield* records
    },
  }
}

/** Text of every file of the embedded bundle, by its name inside the bundle. */
export function bundleOf({ digests, file }: Contents): Readonly<Record<string, string>> {
  const own = [...digests.keys()].filter((name) => name.startsWith(POLICY_FILES))
  return Object.fromEntries(
    own.map((name) => [name.slice(POLICY_FILES.length), Buffer.from(file(name) ?? []).toString('utf8')]),
  )
}
