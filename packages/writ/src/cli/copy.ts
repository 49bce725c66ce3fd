import { WritError } from '@writ/contract'
import { readEvidence } from '@writ/evidence'
import { type Writ, withEvidence } from '../index.ts'
import { printableLine } from './printable.ts'
import type { ViewFlags } from './view-flags.ts'

/** Those of `writ export` that a copy heeds or refuses. */
export interface CopyFlags extends ViewFlags {
  readonly format?: string
  readonly payloads?: boolean
  readonly out?: string
  readonly otlpEndpoint?: string
  readonly profile?: string
  readonly redact?: string
}

/** Copies the evidence file of a run, signed by the operator: with its payloads, or with fewer fields laid open. */
export async function copy(
  writ: Writ,
  named: { readonly run: string } | { readonly file: string },
  flags: CopyFlags,
): Promise<number> {
  const { profile, redact, out, format, payloads, otlpEndpoint } = flags
  if (format !== undefined || payloads !== undefined || otlpEndpoint !== undefined)
    throw new WritError('USAGE', '--profile goes without --format, --payloads and --otlp-endpoint.')
  if (profile !== 'proof' && profile !== 'replay')
    throw new WritError('USAGE', `--profile is proof or replay, not "${profile}".`)
  if (out === undefined) throw new WritError('USAGE', '--profile needs --out <file.writ>.')
  const id =
    'run' in named
      ? named.run
      : await withEvidence(named.file, async (source) => (await readEvidence(source)).run)
  const report = await writ.copyEvidence(id, {
    profile,
    out,
    ...(redact === undefined ? {} : { redact: redact.split(',') }),
    ...('file' in named ? { file: named.file } : {}),
  })
  const closed = report.redacted.length > 0 ? `, closed: ${report.redacted.join(', ')}` : ''
  process.stdout.write(`${printableLine(`${report.profile} file ${report.out}${closed}`)}\n`)
  return 0
}
