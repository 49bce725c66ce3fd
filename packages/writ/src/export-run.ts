import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isWritError, type Ledger, WritError } from '@writ/contract'
import { type Contents, type Disclosure, readEvidence } from '@writ/evidence'
import { evidenceSource, jsonLines, ledgerSource, type RunSource } from './exports/index.ts'

export const EXPORT_FORMATS = ['jsonl'] as const

export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** How a run is written for other tools. */
export interface ExportOptions {
  readonly format: ExportFormat
  /** Also writes what is kept encrypted beside the records (prompts, outputs, text of documents); not by default. */
  readonly payloads?: boolean
}

/** A run of a home in another form, piece by piece. Rejects with `UNKNOWN_RUN`. */
export async function* exportRun(
  ledger: Ledger,
  home: string,
  run: string,
  options: ExportOptions,
): AsyncIterable<string> {
  yield* written(
    await ledgerSource(ledger, run, await disclosuresOf(join(home, 'runs', `${run}.writ`))),
    options,
  )
}

/**
 * The run of an evidence file in another form, from the file alone. Nothing of it is verified. Rejects with
 * `EVIDENCE_UNREADABLE`.
 */
export async function* exportFile(path: string, options: ExportOptions): AsyncIterable<string> {
  yield* written(evidenceSource(await readContents(path)), options)
}

function written(source: RunSource, options: ExportOptions): AsyncIterable<string> {
  const { payloads = false } = options
  return jsonLines(source, { payloads })
}

/** What the evidence file of a run lays open; nothing where it is elsewhere, was deleted or is no evidence. */
async function disclosuresOf(path: string): Promise<readonly Disclosure[]> {
  try {
    return (await readContents(path)).disclosures.items
  } catch (error) {
    if (isWritError(error) && error.code === 'EVIDENCE_UNREADABLE') return []
    throw error
  }
}

async function readContents(path: string): Promise<Contents> {
  try {
    return readEvidence(await readFile(path))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WritError('EVIDENCE_UNREADABLE', `The evidence file ${path} cannot be read: ${why}`, {
      cause: error,
    })
  }
}
