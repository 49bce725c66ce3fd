import {
  type Amounts,
  counted,
  isWritError,
  type KeptCorpus,
  type SourceState,
  type StructureRead,
  seconds,
  size,
  WritError,
  whole,
} from '@writ/contract'
import { ProgressLine } from './ingest-progress.ts'
import { onScreen } from './on-screen.ts'
import { printableLine } from './printable.ts'

/** Source without structure that is named on the screen; `--json` has all of it. */
const NAMED = 10

interface Flags {
  readonly corpus: string
  readonly structure: boolean
  readonly json?: boolean
}

interface Screen {
  readonly tty: boolean
  readonly signal: AbortSignal
}

/** What `--json` says of structure; `read` and `without` are null where it was left for later. */
interface Told extends SourceState {
  readonly read: Amounts | null
  readonly without: StructureRead['without'] | null
  readonly ms: number
  /** Why it was not read; null where it was, or nobody wanted it. */
  readonly unavailable: string | null
}

/**
 * Has the structure of source follow a corpus that is searchable. Where that is interrupted the corpus is there, with what was
 * read until then.
 */
export async function readStructure(store: KeptCorpus, flags: Flags, screen: Screen): Promise<Told> {
  const say = (lines: readonly string[]): void => {
    if (flags.json === true) return
    for (const line of lines) process.stdout.write(`${onScreen(printableLine(line), process.stdout)}\n`)
  }
  const { left } = store.source
  const told = { ...store.source, read: null, without: null, ms: 0, unavailable: null }
  if (!flags.structure) {
    if (left.files > 0)
      say([
        `  structure of ${source(left)} left for later: ingesting again reads it, and so does a run that asks for it`,
      ])
    return told
  }
  try {
    const { read, without, ms } = await followed(store, flags, screen)
    const lines = read.files === 0 ? [] : [`  structure of ${source(read)} read in ${seconds(ms)}`]
    say([...lines, ...withoutLines(without)])
    return { ...store.source, read, without, ms, unavailable: null }
  } catch (error) {
    if (!isWritError(error) || error.code !== 'CODE_UNAVAILABLE') throw error
    say([`  structure of ${source(left)} not read: ${error.message}`])
    return { ...told, unavailable: error.message }
  }
}

async function followed(
  store: KeptCorpus,
  { corpus }: Flags,
  { tty, signal }: Screen,
): Promise<StructureRead & { readonly ms: number }> {
  const started = performance.now()
  const progress = new ProgressLine(started, 'source file')
  let done: Amounts = { files: 0, bytes: 0 }
  try {
    const result = await store.readStructure({
      signal,
      onProgress: (said) => {
        done = { files: said.documents, bytes: said.bytes }
        const line = `structure: ${progress.at(said, performance.now())}`
        if (tty) process.stderr.write(`\r\u001b[2K${line}`)
      },
    })
    return { ...result, ms: Math.round(performance.now() - started) }
  } catch (error) {
    if (!signal.aborted) {
      if (!isWritError(error) || error.code === 'CODE_UNAVAILABLE') throw error
      const why = `${corpus} is searchable; the structure of its source was not read whole: ${error.message}`
      throw new WritError(error.code, why, { cause: error })
    }
    const { files } = store.source.left
    throw new WritError(
      'INTERRUPTED',
      `${corpus} is searchable; the structure of ${whole(done.files)} of ${counted(files, 'source file')} was read and is kept. The same command goes on.`,
    )
  } finally {
    if (tty) process.stderr.write('\r\u001b[2K')
  }
}

function source({ files, bytes }: Amounts): string {
  return `${counted(files, 'source file')}, ${size(bytes)},`
}

function withoutLines(without: StructureRead['without']): readonly string[] {
  const more = without.length > NAMED ? [`  and of ${whole(without.length - NAMED)} more`] : []
  return [...without.slice(0, NAMED).map(({ doc, reason }) => `  no structure of ${doc}: ${reason}`), ...more]
}
