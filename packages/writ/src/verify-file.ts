import { readFile } from 'node:fs/promises'
import { WritError } from '@writ/contract'
import { readEvidence, type VerdictReport, verifyEvidence } from '@writ/evidence'
import { judgePolicy } from './judge-policy.ts'
import { loadTrustRoot } from './ledger/index.ts'

/** Where an evidence file keeps its bundle. */
const POLICY_FILES = 'policy/'

export interface VerifyOptions {
  /** Path of the trust root; without one the file's authority cannot be judged. */
  readonly trust?: string
  /** A parsed `writ.answer/1` object to tie to the file. */
  readonly answer?: unknown
  /** Names of verdicts to give; all by default. */
  readonly only?: readonly string[]
}

/** Verifies an evidence file offline, from its bytes and a trust root alone. Rejects with `EVIDENCE_UNREADABLE`. */
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
  return await withPolicy(report, bytes)
}

/** The report with POLICY judged, where it was asked for and the file could be read. */
async function withPolicy(report: VerdictReport, bytes: Uint8Array): Promise<VerdictReport> {
  if (!report.verdicts.some(({ name, code }) => name === 'POLICY' && code === 'NEEDS_RUNTIME')) return report
  const { records, files } = readEvidence(bytes)
  const policy = await judgePolicy({ bundle: bundleOf(files), records })
  const verdicts = report.verdicts.map((verdict) => (verdict.name === 'POLICY' ? policy : verdict))
  return { ...report, ok: report.ok && policy.result !== 'fail', verdicts }
}

function bundleOf(files: ReadonlyMap<string, Uint8Array>): Readonly<Record<string, string>> {
  const own = [...files].filter(([name]) => name.startsWith(POLICY_FILES))
  return Object.fromEntries(
    own.map(([name, bytes]) => [name.slice(POLICY_FILES.length), Buffer.from(bytes).toString('utf8')]),
  )
}
