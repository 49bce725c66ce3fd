import { createWrit } from '../index.ts'
import { loadConfig } from './config.ts'
import { expandPaths } from './expand-paths.ts'
import { homeOf } from './home.ts'
import { onInterrupt } from './interrupt.ts'
import { documentLabel } from './parse-option.ts'
import { printableLine } from './printable.ts'

export interface IngestFlags {
  readonly corpus: string
  readonly label?: string
  readonly includeSecret?: readonly string[]
  readonly as?: string
  readonly purpose?: string
  readonly policy?: string
  readonly home?: string
  readonly json?: boolean
}

/** Ingests paths and keeps the corpus under a name. */
export async function ingest(paths: readonly string[], flags: IngestFlags): Promise<number> {
  const config = loadConfig(process.cwd(), process.env)
  const policy = flags.policy ?? config.policy
  const label = flags.label === undefined ? config.label : documentLabel(flags.label)
  const interrupt = onInterrupt()
  const writ = await createWrit({ ...homeOf(flags), ...(policy === undefined ? {} : { policy }) })
  const tty = process.stderr.isTTY && flags.json !== true
  try {
    const store = await writ.ingest(flags.corpus, {
      ...(await expandPaths(paths)),
      labels: config.labels,
      includeSecret: flags.includeSecret ?? config.includeSecret ?? [],
      signal: interrupt.signal,
      ...(label === undefined ? {} : { label }),
      ...(flags.as === undefined ? {} : { principal: flags.as }),
      ...(flags.purpose === undefined ? {} : { purpose: flags.purpose }),
      onProgress: ({ documents, bytes }) => {
        if (tty) process.stderr.write(`\r${documents} documents, ${bytes} bytes`)
      },
    })
    if (tty) process.stderr.write('\n')
    const { partitions, omitted, skipped } = store
    const documents = partitions.reduce((sum, partition) => sum + partition.documents, 0)
    const bytes = partitions.reduce((sum, partition) => sum + partition.bytes, 0)
    const summary = {
      corpus: flags.corpus,
      documents,
      bytes,
      partitions: partitions.length,
      omitted,
      skipped,
    }
    await store.close()
    const left = omitted
      .map(({ doc, code }) => `  left out ${printableLine(doc)}: ${printableLine(code)}\n`)
      .join('')
    const passed = Object.entries(skipped)
      .map(([why, count]) => `  skipped ${count}: ${printableLine(why)}\n`)
      .join('')
    process.stdout.write(
      flags.json === true
        ? `${JSON.stringify(summary)}\n`
        : `${flags.corpus}: ${documents} documents, ${bytes} bytes, ${partitions.length} partition(s)\n${left}${passed}`,
    )
    return 0
  } finally {
    interrupt.stop()
    await writ.close()
  }
}

/** Lists the corpora of a home. */
export async function listCorpora(flags: {
  readonly home?: string
  readonly json?: boolean
}): Promise<number> {
  const writ = await createWrit(homeOf(flags))
  try {
    const corpora = await writ.corpora()
    const lines = corpora.map(
      (corpus) =>
        `${printableLine(corpus.name)}  ${corpus.documents} documents  ${corpus.bytes} bytes  ${corpus.ingestedAt}\n`,
    )
    const text = lines.length > 0 ? lines.join('') : 'There are no corpora in this home yet.\n'
    process.stdout.write(flags.json === true ? `${JSON.stringify({ corpora })}\n` : text)
    return 0
  } finally {
    await writ.close()
  }
}
