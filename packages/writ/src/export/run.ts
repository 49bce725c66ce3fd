import { basename } from 'node:path'
import { everyPartition, type TrustRoot } from '@writ/contract'
import { sourceDigest } from '@writ/evidence'
import { evidencePath } from '../files/evidence-path.ts'
import { contentsOf, openEvidenceFile, withEvidence } from '../files/evidence-source.ts'
import type { HomeServices } from '../home/home-services.ts'
import { loadTrustRoot, trustPath } from '../ledger/index.ts'
import type { PolicyPoint } from '../policy/index.ts'
import { verifyFile } from '../verify/verify-file.ts'
import { homeRun } from './home-source.ts'
import { evidenceSource, htmlReport, jsonLines, ledgerSource, type Proof, type RunSource } from './index.ts'
import { permitExport } from './permit.ts'
import { stepsOf } from './steps/run-steps.ts'
import { Viewer, type ViewOptions } from './view-access.ts'

export const EXPORT_FORMATS = ['jsonl', 'otlp', 'html'] as const

export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** How a run is written for other tools and for people. */
export interface ExportOptions extends ViewOptions {
  readonly format: ExportFormat
  /** `jsonl` only: also what is kept encrypted beside the records (prompts, outputs, text of documents). */
  readonly payloads?: boolean
  /** Path of the trust root that `html` checks the evidence against; that of the home by default. */
  readonly trust?: string
}

/**
 * A run of a home in another form, piece by piece. Rejects with `UNKNOWN_RUN`, and with `POLICY_DENIED` and
 * `EVIDENCE_UNREADABLE` for payloads that may not leave, or whose policy cannot be asked.
 */
export async function* exportRun(
  services: HomeServices,
  run: string,
  options: ExportOptions,
): AsyncIterable<string> {
  const { home } = services
  const { source, evidence } = await homeRun(services, run)
  const path = evidence ?? evidencePath(home, run)
  // The policy to ask is the one the evidence file has: without the file payloads stay.
  if (options.payloads === true)
    await withEvidence(path, async (file) => permitExport(await contentsOf(path, file)))
  const trust = options.trust ?? trustPath(home)
  if (options.format !== 'html') yield* written(source, evidence, { ...options, trust })
  else yield await reported(source, home, evidence, { ...options, trust }, await services.policy())
}

/** The report of a run of a home, with what whoever asks for it may see under the policy in force. */
async function reported(
  source: RunSource,
  home: string,
  evidence: string | undefined,
  { trust, ...as }: ExportOptions,
  point: PolicyPoint,
): Promise<string> {
  const { opening } = await stepsOf(source)
  const viewer = new Viewer(point, everyPartition(opening.det), as)
  const proof = evidence === undefined ? null : await prove(evidence, trust)
  const page = await htmlReport(source, proof, (label, touched) => viewer.withheld(label, touched))
  await viewer.note(home, source.run, 'report')
  return page
}

/**
 * The run of an evidence file in another form, from the file alone. Nothing of it is relied on before it is verified.
 * Rejects with `EVIDENCE_UNREADABLE`.
 */
export async function* exportFile(path: string, options: ExportOptions): AsyncIterable<string> {
  const file = await openEvidenceFile(path)
  try {
    yield* written(evidenceSource(await contentsOf(path, file.source)), path, options)
  } finally {
    await file.close()
  }
}

async function* written(
  source: RunSource,
  evidence: string | undefined,
  { format, payloads = false, trust }: ExportOptions,
): AsyncIterable<string> {
  if (format === 'jsonl') yield* jsonLines(source, { payloads })
  else if (format === 'otlp') yield* (await telemetry()).otlpLines(source)
  else yield await htmlReport(source, evidence === undefined ? null : await prove(evidence, trust))
}

/** Sends the trace of a run to a collector. Rejects with `UNKNOWN_RUN`, `COLLECTOR_FAILED`. */
export async function sendRunTrace(services: HomeServices, run: string, endpoint: string): Promise<number> {
  const source = await ledgerSource(await services.ledger(), run, [])
  return await (await telemetry()).sendTrace(source, endpoint)
}

/** Sends the trace of an evidence file's run to a collector. Rejects with `EVIDENCE_UNREADABLE`, `COLLECTOR_FAILED`. */
export async function sendFileTrace(path: string, endpoint: string): Promise<number> {
  const { sendTrace } = await telemetry()
  return await withEvidence(path, async (source) =>
    sendTrace(evidenceSource(await contentsOf(path, source)), endpoint),
  )
}

/** OpenTelemetry is loaded by whoever wants a trace: it takes longer than all of the command line. */
function telemetry(): Promise<typeof import('./telemetry/otlp.ts')> {
  return import('./telemetry/otlp.ts')
}

/** Checks the evidence file that a report goes with. */
async function prove(path: string, trust: string | undefined): Promise<Proof> {
  const { signed, sha256 } = await withEvidence(path, async (source) => {
    const { runOpen, runClose } = await contentsOf(path, source)
    const signatures = [runOpen, runClose].flatMap(({ envelope }) => envelope.signatures)
    return { signed: signatures.map(({ keyId }) => keyId), ...(await sourceDigest(source)) }
  })
  const root: TrustRoot | undefined = trust === undefined ? undefined : await loadTrustRoot(trust)
  return {
    file: basename(path),
    sha256,
    signers: [...new Set(signed)],
    checked:
      root === undefined || trust === undefined
        ? null
        : { report: await verifyFile(path, { trust }), keys: root.keys },
  }
}
