import { readFile } from 'node:fs/promises'
import { WritError } from '@writ/contract'
import { type Contents, readEvidence, type Verdict, type VerdictReport, verifyEvidence } from '@writ/evidence'
import { judgePolicy } from './judge-policy.ts'
import { judgeReplay } from './judge-replay.ts'
import { loadTrustRoot } from './ledger/index.ts'

/** Where an evidence file keeps its bundle. */
const POLICY_FILES = 'policy/'

export interface VerifyOptions {
  /** Path of the trust root; without one the file's authority cannot be judged. */
  readonly trust?: string
  /** A parsed `writ.answer/1` object to tie to the file. */
  readonly answer?: unknown
  /** A home that may have the run: then REPLAY does it again from there. */
  readonly home?: string
  /** Names of verdicts to give; all by default. */
  readonly only?: readonly string[]
}

/**
 * Verifies an evidence file offline: from its bytes, a trust root, and for REPLAY the home of the run. Rejects with
 * `EVIDENCE_UNREADABLE`.
 */
export async function verifyFile(path: string, options: VerifyOptions = {}): Promise<VerdictReport> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WritError('EVIDENCE_UNREADABLE', `The evidence file ${path} cannot be read: ${why}`, {
      cause: error,
    })
  }
  const trust = options.trust === undefined ? undefined : await loadTrustRoot(options.trust)
  const report = verifyEvidence(bytes, {
    ...(trust === undefined ? {} : { trust }),
    ...('answer' in options ? { answer: options.answer } : {}),
    ...(options.only === undefined ? {} : { only: options.only }),
  })
  const open = report.verdicts.filter(({ code }) => code === 'NEEDS_RUNTIME' || code === 'NOT_IN_PROFILE')
  if (open.length === 0) return report
  const contents = readEvidence(bytes)
  // A file that is not whole, or not by the right keys, is not worth doing again.
  const home = report.ok ? options.home : undefined
  const judged: Verdict[] = []
  for (const verdict of open) judged.push((await judge(verdict, contents, home)) ?? verdict)
  const verdicts = report.verdicts.map(
    (verdict) => judged.find(({ name }) => name === verdict.name) ?? verdict,
  )
  return { ...report, ok: report.ok && judged.every(({ result }) => result !== 'fail'), verdicts }
}

/** A verdict that needs the runtime; undefined when what it needs is not there. */
function judge(
  { name }: Verdict,
  { run, files, records }: Contents,
  home: string | undefined,
): Promise<Verdict | undefined> {
  if (name === 'POLICY') return judgePolicy({ bundle: bundleOf(files), records })
  if (name === 'REPLAY' && home !== undefined) return judgeReplay(run, records, home)
  return Promise.resolve(undefined)
}

function bundleOf(files: ReadonlyMap<string, Uint8Array>): Readonly<Record<string, string>> {
  const own = [...files].filter(([name]) => name.startsWith(POLICY_FILES))
  return Object.fromEntries(
    own.map(([name, bytes]) => [name.slice(POLICY_FILES.length), Buffer.from(bytes).toString('utf8')]),
  )
}
