import { resolve } from 'node:path'
import { type Ledger, type RecordedDecision, WritError } from '@writ/contract'
import { type FileContent, originalFiles, packExport, payloadFiles, signExport } from '@writ/evidence'
import { evidencePath } from '../files/evidence-path.ts'
import { contentsOf, withEvidence } from '../files/evidence-source.ts'
import { prepareEvidencePath, writeEvidence } from '../files/write-evidence.ts'
import type { HomeServices } from '../home/home-services.ts'
import { trustPath } from '../ledger/index.ts'
import { verifyFile } from '../verify/verify-file.ts'
import { permitExport } from './permit.ts'
import { type Redaction, redacted } from './redact.ts'

/** What a copy of an evidence file is for, and what it keeps closed. */
export interface CopyOptions {
  /** `replay` takes the payloads and the key of the run with it. */
  readonly profile: 'proof' | 'replay'
  /** Fields that the copy does not lay open; for `proof` only. */
  readonly redact?: readonly string[]
  /** The evidence file to copy; that of the home by default. */
  readonly file?: string
  readonly out: string
}

/** What a copy came to. */
export interface CopyReport {
  readonly run: string
  readonly profile: CopyOptions['profile']
  readonly out: string
  /** Who let the payloads leave; null for a copy without them. */
  readonly decision: RecordedDecision | null
  /** Paths of the fields that were closed. */
  readonly redacted: readonly string[]
}

/**
 * Makes a copy of a run's evidence file, signed by the operator and entered in the log. The file has to hold under the
 * trust root of the home. Rejects with `POLICY_DENIED` when policy does not let the payloads leave: then nothing is
 * written. Rejects too with `EVIDENCE_UNREADABLE`, `VERIFICATION_FAILED`, `KEY_UNAVAILABLE` and `EVIDENCE_UNWRITABLE`.
 */
export async function copyEvidence(
  services: HomeServices,
  run: string,
  options: CopyOptions,
): Promise<CopyReport> {
  const [ledger, signer, log] = await Promise.all([services.ledger(), services.signer(), services.log()])
  const path = resolve(options.file ?? evidencePath(services.home, run))
  const { profile, redact = [] } = options
  const out = resolve(options.out)
  if (out === path)
    throw new WritError('USAGE', 'A copy does not take the place of the file it is made from.')
  if (profile === 'replay' && redact.length > 0)
    throw new WritError('USAGE', 'A replay file has the key of the run: nothing in it can stay closed.')
  await prepareEvidencePath(out, false)
  await requireHolding(path, trustPath(services.home))
  return await withEvidence(path, async (source) => {
    const contents = await contentsOf(path, source)
    if (contents.run !== run) throw new WritError('USAGE', `${path} is of run ${contents.run}, not ${run}.`)
    const decision = profile === 'replay' ? await permitExport(contents) : null
    const files = originalFiles(contents)
    let closed: Redaction | undefined
    if (profile === 'replay') await addPayloads(files, ledger, run)
    else if (redact.length > 0) {
      closed = redacted(contents.disclosures, redact)
      files.set('disclosures.json', closed.file)
    }
    const { root } = contents.runClose.statement.predicate
    const copy = { run, root, at: new Date().toISOString(), decision, files }
    const statement = await signExport(signer, copy)
    await log.append(statement)
    await writeEvidence(out, packExport(copy, statement))
    return { run, profile, out, decision, redacted: closed?.paths ?? [] }
  })
}

/** The operator signs for no file that does not hold. */
async function requireHolding(path: string, trust: string): Promise<void> {
  const only = ['INTEGRITY', 'AUTHORITY', 'COMPLETENESS', 'DISCLOSURE']
  const { ok, verdicts } = await verifyFile(path, { trust, only })
  const wrong = verdicts.find(({ result }) => result === 'fail')
  if (ok) return
  const why = wrong === undefined ? '' : `: ${wrong.name} ${wrong.code}, ${wrong.detail}`
  throw new WritError('VERIFICATION_FAILED', `The evidence file ${path} does not hold${why}`)
}

async function addPayloads(files: Map<string, FileContent>, ledger: Ledger, run: string): Promise<void> {
  const key = await ledger.key(run)
  if (key === undefined)
    throw new WritError('KEY_UNAVAILABLE', `The key of run ${run} is gone: its payloads open no more.`, {
      run,
    })
  const paths = await ledger.payloadPaths(run, '')
  const sealed = async (path: string): Promise<Uint8Array> => {
    const bytes = await ledger.sealedPayload(run, path)
    if (bytes === undefined) throw new WritError('LEDGER_FAILED', `The payload ${path} is gone.`, { run })
    return bytes
  }
  for (const [name, content] of await payloadFiles({ run, key, paths, sealed })) files.set(name, content)
}
