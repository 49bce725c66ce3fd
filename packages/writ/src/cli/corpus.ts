import {
  type ContextStore,
  type CorpusChanges,
  type CorpusSummary,
  counted,
  defined,
  isLeftOut,
  seconds,
  size,
  whole,
} from '@writ/contract'
import type { Command } from 'commander'
import type { Writ } from '../index.ts'
import { loadConfig } from './config.ts'
import { confirmedLoss } from './confirm.ts'
import { expandPaths } from './expand-paths.ts'
import { inHome } from './in-home.ts'
import { ProgressLine } from './ingest-progress.ts'
import { onInterrupt } from './interrupt.ts'
import { onScreen } from './on-screen.ts'
import { documentLabel } from './parse-option.ts'
import { printableLine } from './printable.ts'
import { readStructure } from './read-structure.ts'
import type { Running } from './running.ts'
import { withStdin } from './stdin-file.ts'

export interface IngestFlags {
  readonly corpus: string
  readonly label?: string
  readonly includeSecret?: readonly string[]
  readonly as?: string
  readonly purpose?: string
  readonly policy?: string
  readonly home?: string
  readonly rehash?: boolean
  /** False where the structure of source is left for later. */
  readonly structure: boolean
  readonly json?: boolean
}

interface CorpusFlags {
  readonly home?: string
  readonly json?: boolean
}

/** Ingests paths, `-` for standard input, and keeps the corpus under a name. */
export async function ingest(paths: readonly string[], flags: IngestFlags): Promise<number> {
  return await withStdin(paths, (given) => ingestPaths(given, flags))
}

async function ingestPaths(paths: readonly string[], flags: IngestFlags): Promise<number> {
  const config = loadConfig(process.cwd(), process.env)
  const policy = flags.policy ?? config.policy
  const label = flags.label === undefined ? config.label : documentLabel(flags.label)
  const interrupt = onInterrupt()
  const tty = process.stderr.isTTY && flags.json !== true
  const work = async (writ: Writ): Promise<number> => {
    const before = (await writ.corpora()).find(({ name }) => name === flags.corpus)
    const started = performance.now()
    const progress = new ProgressLine(started)
    const store = await writ.ingest(flags.corpus, {
      ...(await expandPaths(paths)),
      labels: config.labels,
      includeSecret: flags.includeSecret ?? config.includeSecret ?? [],
      signal: interrupt.signal,
      ...defined({ label, principal: flags.as, purpose: flags.purpose, rehash: flags.rehash }),
      onProgress: (said) => {
        if (tty) process.stderr.write(`\r\u001b[2K${progress.at(said, performance.now())}`)
      },
    })
    if (tty) process.stderr.write('\r\u001b[2K')
    const searchableMs = Math.round(performance.now() - started)
    const now = totals(store)
    const json = {
      corpus: flags.corpus,
      ...now,
      partitions: store.partitions.length,
      replaced: before ?? null,
      changes: store.changes,
      omitted: store.omitted,
      skipped: store.skipped,
      searchableMs,
    }
    const lines = [
      `${flags.corpus}: ${amount(now)}, ${counted(store.partitions.length, 'label')}, searchable after ${seconds(searchableMs)}`,
      ...replacedLines(before),
      ...changedLines(store.changes),
      ...omittedLines(store),
      ...skippedLines(store),
    ]
    if (flags.json !== true) print(flags, null, lines)
    const structure = await readStructure(store, flags, { tty, signal: interrupt.signal })
    await store.close()
    return flags.json === true ? print(flags, { ...json, structure }, []) : 0
  }
  try {
    return await inHome(flags, work, defined({ policy }))
  } finally {
    interrupt.stop()
  }
}

/** `writ corpus`: the corpora of a home. */
export function addCorpus(writ: Command, running: Running): void {
  const corpus = writ.command('corpus').description('kept corpora')
  corpus
    .command('ls')
    .description('list corpora')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(running((flags: CorpusFlags) => listCorpora(flags)))
  corpus
    .command('rm <name>')
    .description('forget a corpus; its documents go too, where no run and no other corpus uses them')
    .option('--yes', 'do not ask before it; needed where nobody is at a terminal')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(running((name: string, flags: CorpusFlags & { yes?: boolean }) => removeCorpus(name, flags)))
}

async function listCorpora(flags: CorpusFlags): Promise<number> {
  const corpora = await inHome(flags, (writ) => writ.corpora())
  const lines = corpora.map(
    (corpus) => `${corpus.name}  ${amount(corpus)}  ${ingested(corpus)}${structured(corpus)}`,
  )
  return print(flags, { corpora }, lines.length > 0 ? lines : ['There are no corpora in this home yet.'])
}

async function removeCorpus(name: string, flags: CorpusFlags & { readonly yes?: boolean }): Promise<number> {
  return await inHome(flags, async (writ) => {
    const corpus = (await writ.corpora()).find((candidate) => candidate.name === name)
    const what = corpus === undefined ? '' : ` (${amount(corpus)}, ${ingested(corpus)})`
    // One that is not there is said to be unknown, without a question.
    if (corpus !== undefined && !(await confirmedLoss(`Remove the corpus ${name}${what}?`, flags))) return 1
    const removed = await writ.removeCorpus(name)
    const kept =
      removed.packsKept === 0
        ? []
        : [
            `Kept, because runs or other corpora use them: ${counted(removed.packsKept, 'pack')} of its documents.`,
            'Packs of runs go with `writ erase <run>`.',
          ]
    return print(flags, removed, [`${name} is removed; ${size(removed.bytesFreed)} freed.`, ...kept])
  })
}

function totals({ partitions }: ContextStore): { readonly documents: number; readonly bytes: number } {
  return {
    documents: partitions.reduce((sum, partition) => sum + partition.documents, 0),
    bytes: partitions.reduce((sum, partition) => sum + partition.bytes, 0),
  }
}

function amount({ documents, bytes }: { readonly documents: number; readonly bytes: number }): string {
  return `${counted(documents, 'document')}, ${size(bytes)}`
}

function ingested({ ingestedAt, firstIngestedAt }: CorpusSummary): string {
  const first = firstIngestedAt === ingestedAt ? '' : `, first ${day(firstIngestedAt)}`
  return `ingested ${day(ingestedAt)}${first}`
}

/** How much of its source is structured; nothing where it has none. */
function structured({ source }: CorpusSummary): string {
  if (source === undefined) return ''
  const { files, left } = source
  const of = left.files === 0 ? '' : `${whole(files - left.files)} of `
  return `  structure of ${of}${counted(files, 'source file')}`
}

/** `2026-11-26 04:10 UTC`. */
function day(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`
}

function replacedLines(before: CorpusSummary | undefined): string[] {
  return before === undefined ? [] : [`  replaces ${amount(before)}, ${ingested(before)}`]
}

/** Documents of each kind that are named on the screen; `--json` has all of them. */
const NAMED = 10

/** What became of the documents that were there before, and which are new. */
function changedLines(changes: CorpusChanges | null): string[] {
  if (changes === null) return []
  const { added, changed, removed, unchanged } = changes
  const named = (mark: string, docs: readonly string[]): string[] => {
    const more = docs.length > NAMED ? [`    ${mark} and ${whole(docs.length - NAMED)} more`] : []
    return [...docs.slice(0, NAMED).map((doc) => `    ${mark} ${doc}`), ...more]
  }
  return [
    `  ${whole(added.length)} added, ${whole(changed.length)} changed, ${whole(removed.length)} removed, ${whole(unchanged)} unchanged`,
    ...named('+', added),
    ...named('~', changed),
    ...named('-', removed),
  ]
}

/** Every document that is not there as it was given, by what became of it. */
function omittedLines({ omitted }: ContextStore): string[] {
  const lines = omitted.map((entry) =>
    isLeftOut(entry)
      ? `  left out ${entry.doc}: ${entry.reason}`
      : `  ${entry.code === 'partly' ? 'in part' : 'changed'} ${entry.doc}: ${entry.reason}`,
  )
  const secret = omitted.some(({ code }) => code === 'secret' || code === 'masked')
  return secret
    ? [...lines, '  A file that holds secrets is read when you name it, or with --include-secret.']
    : lines
}

/** What was passed over on purpose, in words. */
const SKIPPED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  duplicate: ['file that was given twice', 'files that were given twice'],
  git: ['directory of git', 'directories of git'],
  home: ['state directory of Writ', 'state directories of Writ'],
  ignored: ['entry that git ignores', 'entries that git ignores'],
  node_modules: ['node_modules directory', 'node_modules directories'],
  symlink: ['symbolic link', 'symbolic links'],
}

function skippedLines({ skipped }: ContextStore): string[] {
  return Object.entries(skipped).map(([reason, count]) => {
    const [one, many] = SKIPPED[reason] ?? [reason, reason]
    return `  passed over ${counted(count, one, many)}`
  })
}

function print(flags: CorpusFlags, value: unknown, lines: readonly string[]): number {
  const text =
    flags.json === true
      ? JSON.stringify(value)
      : onScreen(lines.map(printableLine).join('\n'), process.stdout)
  process.stdout.write(`${text}\n`)
  return 0
}
