import { toWritError } from '@writ/contract'
import { Command, CommanderError } from 'commander'
import { VERSION, warmUp } from '../index.ts'
import type { AbortFlags } from './abort.ts'
import type { AskFlags } from './ask-options.ts'
import type { BackupFlags, RestoreFlags } from './backup.ts'
import type { IngestFlags } from './corpus.ts'
import type { ExportFlags } from './export.ts'
import type { ForkFlags } from './fork.ts'
import { modelNames } from './model-names.ts'
import { helpFor, nextFor } from './next-step.ts'
import { onScreen } from './on-screen.ts'
import { withDelivery, withPace, withServer, withViewer } from './option-groups.ts'
import { askedChecks, repeated, seconds, usd, wholeNumber } from './parse-option.ts'
import { printable } from './printable.ts'
import type { ReplayFlags } from './replay.ts'
import type { ResumeFlags } from './resume.ts'
import type { ShowFlags } from './show.ts'
import type { VerifyFlags } from './verify.ts'
import type { ViewFlags } from './view-flags.ts'

// What a command does is loaded when it is asked for; what only another command does is never loaded.

const MISSING_PACKAGES = 'where wheels are that its cells imported and this home has not'
const INCLUDE_SECRET =
  'read files that hold secrets, as they are, where the glob matches their path; repeatable'

/** Columns beside the names of options that descriptions are still broken between words for. */
const LEAST_HELP_COLUMNS = 16

let exitCode = 0

/** Runs a command and keeps its exit code. */
function running<A extends unknown[]>(
  command: (...args: A) => Promise<number>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    exitCode = await command(...args)
  }
}

/** Commands by the words that name them, in the order of the help. */
const COMMANDS: readonly (readonly [names: readonly string[], add: (writ: Command) => unknown])[] = [
  [['ask'], addAsk],
  [['eval'], async (writ) => (await import('./eval/eval.ts')).addEval(writ, running)],
  [['verify', 'show', 'runs'], addReading],
  [['resume', 'abort'], addResume],
  [['fork'], addFork],
  [['replay', 'diff'], addReplay],
  [['export', 'report'], addExport],
  [['ingest'], addIngest],
  [['corpus'], async (writ) => (await import('./corpus.ts')).addCorpus(writ, running)],
  [['notes'], async (writ) => (await import('./notes.ts')).addNotes(writ, running)],
  [['backup', 'restore'], addBackup],
  [['models'], async (writ) => (await import('./models.ts')).addModels(writ, running)],
  [['setup'], async (writ) => (await import('./setup.ts')).addSetup(writ, running)],
  [['keys', 'policy'], async (writ) => (await import('./keys.ts')).addKeys(writ, running)],
  [['erase', 'hold'], async (writ) => (await import('./erase.ts')).addErase(writ, running)],
  [['log'], async (writ) => (await import('./log.ts')).addLog(writ, running)],
  [['ledger'], async (writ) => (await import('./ledger.ts')).addLedger(writ, running)],
  [['witness'], async (writ) => (await import('./witness.ts')).addWitness(writ, running)],
  [['scripts'], async (writ) => (await import('./scripts.ts')).addScripts(writ, running)],
  [['doctor'], addDoctor],
]

/** The program with the command that is asked for, or with all of them when it is none of them. */
async function program(asked: readonly string[]): Promise<Command> {
  const writ = new Command('writ')
    .description('Answers a question over more context than a model can read, under policy, with proof.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ minWidthToWrap: LEAST_HELP_COLUMNS })
    .showSuggestionAfterError()
  const [first = ''] = asked
  if (first === '--version') return writ
  const named = COMMANDS.filter(([names]) => names.includes(first))
  for (const [, add] of named.length > 0 ? named : COMMANDS) await add(writ)
  return writ
}

function addReading(writ: Command): void {
  writ
    .command('verify <file>')
    .description('verify an evidence file, or that of a run of the home, offline')
    .option(
      '--trust <file>',
      'trust root (default: that of --home, WRIT_HOME, or of the .writ whose runs hold the file)',
    )
    .option(
      '--home <dir>',
      'state directory: its trust root is used, and a run it has is done again (REPLAY)',
    )
    .option('--answer <file>', 'tie an answer (the JSON of `ask --json`) to the evidence')
    .option(
      '--earlier <file>',
      'hold it against the evidence of a run that it goes on from; repeatable',
      repeated,
    )
    .option('--only <names>', 'verdicts to give, separated by commas')
    .option('--json', 'print one JSON object')
    .action(
      running(async (file: string, flags: VerifyFlags) => (await import('./verify.ts')).verify(file, flags)),
    )
  withViewer(writ.command('show <run> [step]'))
    .description('show the frames and steps of a run, or one step whole (<frame>/<n> or its seq)')
    .option('--full', 'the whole answer and every citation, above the tree')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(
      running(async (run: string, step: string | undefined, flags: ShowFlags) =>
        (await import('./show.ts')).show(run, step, flags),
      ),
    )
  writ
    .command('runs')
    .description('list runs, newest first')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(
      running(async (flags: { home?: string; json?: boolean }) => (await import('./runs.ts')).runs(flags)),
    )
}

function addDoctor(writ: Command): void {
  writ
    .command('doctor')
    .description('check this machine: Node, sandbox, policy, home')
    .option('--python-packages <dir>', 'wheels for Pyodide that cells of Python can import')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(
      running(async (flags: { home?: string; json?: boolean; pythonPackages?: string }) =>
        (await import('./doctor.ts')).doctor(flags),
      ),
    )
}

function addBackup(writ: Command): void {
  writ
    .command('backup <dir>')
    .description(
      'copy ledger, log and orders of the home into a new directory, while runs go on; not the evidence files',
    )
    .option('--keys', 'with the keys of runs: a copy that outlives an erasure')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print the manifest')
    .action(
      running(async (target: string, flags: BackupFlags) =>
        (await import('./backup.ts')).makeBackup(target, flags),
      ),
    )
  writ
    .command('restore <dir>')
    .description('put a backup into a home that has no state yet')
    .option('--published <file>', 'last checkpoint anyone has seen: refuse a backup behind it')
    .option('--home <dir>', 'state directory to make (default .writ, or WRIT_HOME)')
    .option('--json', 'print the manifest')
    .action(
      running(async (source: string, flags: RestoreFlags) =>
        (await import('./backup.ts')).restoreBackup(source, flags),
      ),
    )
}

function addAsk(writ: Command): void {
  const command = writ
    .command('ask <question> [paths...]')
    .description(
      'ask a question over files, directories, globs, revisions (git:<path>@<revision>) or parts of a database (sqlite:<path>#<table>, sqlite:<path>?<SELECT …>); - is standard input',
    )
    .option(
      '--model <provider/id,…>',
      'builtin/extractive (default), ollama/…, anthropic/…, google/…, openai/…, or any id with --base-url; of several, the next stands in for one that fails or that policy denies',
      modelNames,
    )
    .option('--sub-model <provider/id,…>', 'models for sub-calls, likewise (default: --model)', modelNames)
    .option(
      '--verifier-model <provider/id,…>',
      'models of the frame that --verify claims opens, likewise (default: --sub-model)',
      modelNames,
    )
  withServer(command)
    .option('--corpus <name>', 'an ingested corpus instead of paths')
    .option(
      '--continue <run>',
      'a follow-up: over the corpus of that finished run, with what was asked and answered before',
    )
    .option('--strategy <name>', 'auto, direct, retrieve, recurse, or script:<name or file>')
    .option('--repl <language>', 'javascript (default) or python: what the model writes its cells in')
    .option('--python-packages <dir>', 'wheels for Pyodide that cells of Python can import')
    .option('--input <json>', 'what a script is given as `input`')
    .option('--input-file <file>', 'the same, from a file')
    .option('--schema <file.json>', 'JSON Schema that the released value must fit')
    .option('--verify <checks>', 'check the answer before it leaves: citations, claims, votes:3', askedChecks)
    .option(
      '--validator <file>',
      'JavaScript or TypeScript that the released value must pass: it sees `value` and throws what is wrong; repeatable',
      repeated,
    )
    .option('--script <name or file>', 'a script that a model may run by name; repeatable', repeated)
    .option('--no-notes', 'neither read what earlier runs of the corpus noted nor leave notes to later ones')
    .option('--dry-run', 'print the plan card (what it would do, reach and cost) and ask no model')
    .option('--yes', 'do not ask before a run that could cost more than the configured amount')
    .option('--policy <dir>', 'policy bundle')
    .option('--as <user>', 'user the run acts for')
    .option('--purpose <p>', 'purpose of the run')
    .option('--label <label>', 'label of the given paths: level[:category,…]')
    .option('--include-secret <glob>', INCLUDE_SECRET, repeated)
    .option('--retention <class>', 'retention class of the user configuration, for `erase --expired`')
    .option('--max-cost <usd>', 'most the run may cost', usd('--max-cost'))
    .option('--max-tokens <n>', 'most tokens, input and output together', wholeNumber('--max-tokens', 0))
    .option('--max-calls <n>', 'most model requests, retries included', wholeNumber('--max-calls', 0))
    .option('--max-depth <n>', 'deepest frame; the root has depth 0', wholeNumber('--max-depth', 0))
    .option('--max-turns <n>', 'most turns of one frame', wholeNumber('--max-turns', 1))
    .option('--timeout <s>', 'time limit in seconds, from the start of the process', seconds('--timeout'))
  withPace(command)
    .option('--witness <url>', 'hand the answer out only once witnesses cosigned; repeatable', repeated)
    .option(
      '--witness-quorum <k>',
      'witnesses that have to (default: all given)',
      wholeNumber('--witness-quorum', 1),
    )
    .option('--out <file>', 'evidence file')
    .option('--home <dir>', 'state directory (default .writ, or WRIT_HOME)')
  withDelivery(command).action(
    running(async (question: string, paths: string[], flags: AskFlags) => {
      warmUp() // beside the loading of our own code
      return (await import('./ask.ts')).ask(question, paths, flags)
    }),
  )
}

function addFork(writ: Command): void {
  const command = writ
    .command('fork <run>')
    .description('ask again from a step of a run on, as a new run that shares what came before')
    .requiredOption('--at <frame/step>', 'the first step done anew, such as 0/7; `show` lists them')
    .option('--model <provider/id,…>', 'models of the root from there on (default: those it had)', modelNames)
    .option(
      '--sub-model <provider/id,…>',
      'models for sub-calls from there on (default: theirs, or --model if those were the same)',
      modelNames,
    )
    .option(
      '--verifier-model <provider/id,…>',
      'models of the frame that checks claims from there on (default: its own, or those for sub-calls)',
      modelNames,
    )
    .option('--prompt <text>', 'say this at that step: instead, to a sub-call; in addition, to a turn')
  withServer(command)
    .option('--python-packages <dir>', MISSING_PACKAGES)
    .option('--out <file>', 'evidence file')
    .option('--home <dir>', 'state directory')
  withDelivery(command).action(
    running(async (run: string, flags: ForkFlags) => {
      warmUp()
      return (await import('./fork.ts')).fork(run, flags)
    }),
  )
}

function addResume(writ: Command): void {
  const resume = writ
    .command('resume <run>')
    .description('go on with a run whose process ended; of a finished run, print the answer')
    .option('--key-env <name>', 'environment variable with the key for its models')
    .option('--python-packages <dir>', MISSING_PACKAGES)
    .option('--home <dir>', 'state directory')
  withDelivery(resume).action(
    running(async (run: string, flags: ResumeFlags) => {
      warmUp()
      return (await import('./resume.ts')).resume(run, flags)
    }),
  )
  writ
    .command('abort <run>')
    .description('end an open run for good, with its evidence')
    .requiredOption('--reason <text>', 'why; it is kept in the record')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(running(async (run: string, flags: AbortFlags) => (await import('./abort.ts')).abort(run, flags)))
}

function addReplay(writ: Command): void {
  writ
    .command('replay <run>')
    .description('do a run of the home, or of a replay file, again: only cells run; exit 0 when identical')
    .option('--trust <file>', 'for a file: the trust root it has to hold under')
    .option('--attest <file>', 'sign what it came to, as the operator of the home')
    .option('--policy <dir>', 'policy bundle to hold the run against (default: the one it records)')
    .option('--python-packages <dir>', MISSING_PACKAGES)
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(
      running(async (run: string, flags: ReplayFlags) => (await import('./replay.ts')).replay(run, flags)),
    )
  withViewer(writ.command('diff <a> <b>'))
    .description('align two runs frame by frame and say where they part; exit 0 when they do not')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(
      running(async (a: string, b: string, flags: ViewFlags) =>
        (await import('./diff.ts')).diff(a, b, flags),
      ),
    )
}

async function addExport(writ: Command): Promise<void> {
  const { EXPORT_FORMATS, exportRun, report: reportRun } = await import('./export.ts')
  writ
    .command('export <run>')
    .description('write a run of the home, or of an evidence file, in another form')
    .option('--format <name>', `${EXPORT_FORMATS.join(', ')}`)
    .option('--payloads', 'with what is kept encrypted: prompts, outputs, text of documents')
    .option(
      '--profile <name>',
      'copy the evidence file: proof, or replay with payloads and key (asks policy)',
    )
    .option(
      '--redact <fields>',
      'with --profile proof: question, answer, … or lane/n/field, separated by commas',
    )
    .option('--out <file>', 'where to (default: stdout)')
    .option('--otlp-endpoint <url>', 'send the trace to an OpenTelemetry collector (OTLP over HTTP)')
    .option('--home <dir>', 'state directory')
    .action(running((run: string, flags: ExportFlags) => exportRun(run, flags)))
  withViewer(writ.command('report <run>'))
    .description('write a report of a run, or of the run of an evidence file, for people: one HTML page')
    .option('--out <file>', 'where to (default: stdout)')
    .option('--trust <file>', 'trust root to check the evidence against (default: that of the home)')
    .option('--home <dir>', 'state directory')
    .action(running((run: string, flags: ExportFlags) => reportRun(run, flags)))
}

function addIngest(writ: Command): void {
  writ
    .command('ingest <paths...>')
    .description(
      'ingest files, directories, globs, revisions (git:<path>@<revision>) or parts of a database (sqlite:<path>#<table>, sqlite:<path>?<SELECT …>), - for standard input, and keep them as a corpus',
    )
    .requiredOption('--corpus <name>', 'name of the corpus')
    .option('--label <label>', 'label of the documents: level[:category,…]')
    .option('--include-secret <glob>', INCLUDE_SECRET, repeated)
    .option('--policy <dir>', 'policy bundle')
    .option('--as <user>', 'owner of the documents')
    .option('--purpose <p>', 'purpose they may be read for')
    .option('--rehash', 'read every file again, also those whose size and times are as they were')
    .option(
      '--no-structure',
      'leave the structure of source for later: the next ingestion or a run that asks reads it',
    )
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(
      running(async (paths: string[], flags: IngestFlags) =>
        (await import('./corpus.ts')).ingest(paths, flags),
      ),
    )
}

/** The arguments; of a word that names no command only that word, for with `--help` it would pass for none. */
function knownOrAlone(writ: Command, args: readonly string[]): readonly string[] {
  const name = args[0] === 'help' ? args[1] : args[0]
  const isCommand = writ.commands.some((command) => command.name() === name)
  return name === undefined || name.startsWith('-') || isCommand ? args : [name]
}

/** Prints an error where its reader looks: JSON on stdout for programs, words on stderr for people. */
function report(thrown: unknown, writ: Command, args: readonly string[]): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0
  // Called without a command: the help is shown, and nothing was done.
  if (thrown instanceof CommanderError && thrown.code === 'commander.help') return 2
  const usage = thrown instanceof CommanderError
  const known = toWritError(thrown)
  const code = usage ? 'USAGE' : known.code
  const message = known.message.replace(/^error: /, '')
  const next = code === 'USAGE' ? helpFor(writ, args) : nextFor(known, args)
  if (args.includes('--json') || args.includes('--jsonl'))
    process.stdout.write(`${JSON.stringify({ schema: 'writ.error/1', code, message, next })}\n`)
  else process.stderr.write(onScreen(printable(`writ: ${code}: ${message}\n${next}\n`), process.stderr))
  return usage ? 2 : known.exitCode
}

/**
 * Runs the command that the arguments say, prints what comes of it or what is wrong, and gives its exit code. One runs at a
 * time in a process.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  exitCode = 0
  const writ = await program(args)
  try {
    await writ.parseAsync(knownOrAlone(writ, args), { from: 'user' })
    return exitCode
  } catch (error) {
    return report(error, writ, args)
  }
}
