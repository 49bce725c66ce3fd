import { counted, formatLabel, WritError } from '@writ/contract'
import type { Command } from 'commander'
import type { ContextSource, ListedNote, ListedNotes } from '../index.ts'
import { contextOf } from './ask-context.ts'
import { loadConfig } from './config.ts'
import { confirmedLoss } from './confirm.ts'
import { inHome } from './in-home.ts'
import { onScreen } from './on-screen.ts'
import { withViewer } from './option-groups.ts'
import { printableLine } from './printable.ts'
import type { Running } from './running.ts'
import { looking, type ViewFlags } from './view-flags.ts'

interface NotesFlags extends ViewFlags {
  readonly corpus?: string
}

interface ForgetFlags extends NotesFlags {
  readonly key?: string
  readonly yes?: boolean
}

/** `writ notes`: what runs of a corpus left to later ones. */
export function addNotes(writ: Command, running: Running): void {
  const notes = writ.command('notes').description('notes that runs of a corpus left to later ones')
  withViewer(overCorpus(notes.command('ls [paths...]'), 'list them, oldest run first')).action(
    running((paths: string[], flags: NotesFlags) => list(paths, flags)),
  )
  overCorpus(notes.command('rm <run> [paths...]'), 'give notes of a run no more; `erase` destroys them')
    .option('--key <key>', 'only those under this key')
    .option('--yes', 'do not ask before it; needed where nobody is at a terminal')
    .action(running((run: string, paths: string[], flags: ForgetFlags) => forget(run, paths, flags)))
}

function overCorpus(command: Command, description: string): Command {
  return command
    .description(description)
    .option('--corpus <name>', 'an ingested corpus instead of paths')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
}

async function list(paths: readonly string[], flags: NotesFlags): Promise<number> {
  const source = await corpusOf(paths, flags)
  return print(flags, await looking(flags, (writ, as) => writ.notes(source, as)))
}

async function forget(name: string, paths: readonly string[], flags: ForgetFlags): Promise<number> {
  const source = await corpusOf(paths, flags)
  return await inHome(flags, async (writ) => {
    const run = await writ.find(name)
    const what = flags.key === undefined ? 'the notes' : `the notes under ${JSON.stringify(flags.key)}`
    if (!(await confirmedLoss(`Forget ${what} of run ${run}?`, flags))) return 1
    const forgotten = await writ.forgetNotes(source, run, flags.key)
    const line = `${counted(forgotten, 'note')} of run ${run} will not be given to later runs.`
    process.stdout.write(`${flags.json === true ? JSON.stringify({ run, forgotten }) : line}\n`)
    return 0
  })
}

async function corpusOf(paths: readonly string[], flags: NotesFlags): Promise<ContextSource> {
  const source = await contextOf(paths, flags, loadConfig(process.cwd(), process.env))
  if (source !== undefined) return source
  throw new WritError('USAGE', 'Give paths or --corpus.')
}

function print({ json }: NotesFlags, listed: ListedNotes): number {
  const { notes, unreadable } = listed
  const lines = [
    ...notes.flatMap(noteLines),
    ...unreadable.map((run) => `The notes of run ${run} cannot be read.`),
  ]
  const text =
    json === true
      ? JSON.stringify({ schema: 'writ.notes/1', ...listed })
      : onScreen(
          (lines.length > 0 ? lines : ['No run left notes of this corpus.']).map(printableLine).join('\n'),
          process.stdout,
        )
  process.stdout.write(`${text}\n`)
  return 0
}

function noteLines({ run, at, label, purpose, content, withheld }: ListedNote): readonly string[] {
  const when = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const from = `  run ${run} · ${when} · ${formatLabel(label)} · for ${purpose}`
  if (content === null) return [`(not shown: ${withheld})`, from]
  const { key, value, citations } = content
  const quotes = citations.map(({ doc, start, end, quote }) => `  ${doc} ${start}–${end} “${quote}”`)
  return [`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`, ...quotes, from]
}
