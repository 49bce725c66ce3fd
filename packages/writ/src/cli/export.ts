import { counted, defined, WritError } from '@writ/contract'
import {
  EXPORT_FORMATS,
  type ExportFormat,
  exportFile,
  namesRun,
  sendFileTrace,
  type ViewOptions,
  type Writ,
} from '../index.ts'
import { type CopyFlags, copy } from './copy.ts'
import { inHome } from './in-home.ts'
import { writeOutput } from './output.ts'
import { printableLine } from './printable.ts'
import { runUnlessFile } from './run-named.ts'
import { looking } from './view-flags.ts'

export { EXPORT_FORMATS }

export interface ExportFlags extends CopyFlags {
  readonly trust?: string
}

/** Writes a run, or the run of an evidence file, in another form. */
export async function exportRun(what: string, flags: ExportFlags): Promise<number> {
  const work = (writ: Writ, as: ViewOptions): Promise<number> => exportFrom(writ, as, what, flags)
  // A file is written without anybody's configuration.
  return namesRun(what) ? await looking(flags, work) : await inHome(flags, (writ) => work(writ, {}))
}

async function exportFrom(writ: Writ, as: ViewOptions, what: string, flags: ExportFlags): Promise<number> {
  const { format, payloads = false, out, otlpEndpoint } = flags
  const run = await runUnlessFile(what, writ)
  if (flags.profile !== undefined)
    return await copy(writ, run === undefined ? { file: what } : { run }, flags)
  if (flags.redact !== undefined) throw new WritError('USAGE', '--redact goes with --profile proof.')
  if (otlpEndpoint !== undefined) return await sendTrace(writ, what, run, otlpEndpoint, flags)
  if (!isFormat(format)) {
    const formats = EXPORT_FORMATS.join(', ')
    throw new WritError(
      'USAGE',
      format === undefined
        ? `Give --format (${formats}), or --profile (proof, replay) to copy the evidence file.`
        : `--format is one of ${formats}, not "${format}".`,
    )
  }
  if (payloads && format !== 'jsonl')
    throw new WritError('USAGE', `--payloads goes with --format jsonl; ${format} takes none.`)
  const { trust } = flags
  const options = { format, payloads, ...defined({ trust }) }
  await writeOutput(
    run === undefined ? exportFile(what, options) : writ.export(run, { ...options, ...as }),
    out,
  )
  // On stderr: what was written may have been stdout by another name.
  if (out !== undefined) process.stderr.write(`${printableLine(`written to ${out}`)}\n`)
  return 0
}

/** Writes the report of a run for people: `writ export --format html`, which is no text for a terminal. */
export async function report(run: string, flags: Omit<ExportFlags, 'format'>): Promise<number> {
  if (flags.out === undefined && process.stdout.isTTY)
    throw new WritError('USAGE', 'A report is a web page: give --out <file.html>, or send stdout to a file.')
  return await exportRun(run, { ...flags, format: 'html' })
}

async function sendTrace(
  writ: Writ,
  what: string,
  run: string | undefined,
  endpoint: string,
  flags: ExportFlags,
): Promise<number> {
  if (flags.out !== undefined || flags.payloads === true || (flags.format ?? 'otlp') !== 'otlp')
    throw new WritError('USAGE', '--otlp-endpoint sends a trace: it goes without --out and --payloads.')
  const spans = run === undefined ? await sendFileTrace(what, endpoint) : await writ.sendTrace(run, endpoint)
  process.stdout.write(`${counted(spans, 'span')} sent\n`)
  return 0
}

function isFormat(text: string | undefined): text is ExportFormat {
  return EXPORT_FORMATS.some((format) => format === text)
}
