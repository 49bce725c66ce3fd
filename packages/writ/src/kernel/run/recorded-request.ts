import {
  type Conversation,
  defined,
  type GivenNotes,
  type JsonObject,
  type Message,
  type NamedScript,
  type Omitted,
  type Partition,
  type PythonPackage,
  type ReplLanguage,
  replOf,
  type Script,
  type Tunings,
  type Validator,
} from '@writ/contract'
import type { Authority } from '../basis/ports.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { RecordedRun } from '../journal/recorded-run.ts'
import { readFork } from './fork-at.ts'
import { NOTES_GIVEN } from './given-notes.ts'
import { EARLIER, PROFILES, SCRIPT, SCRIPTS, VALIDATORS } from './run-records.ts'
import type { RunRequest } from './run-request.ts'

/** What was asked, as the opening record and what lies beside it tell: the same for a replay and a resumed run. */
export async function recordedRequest(
  recorded: RecordedRun,
  opening: RecordedStep<'run.open'>,
): Promise<Omit<RunRequest, 'models' | 'signal' | 'suspend' | 'elapsedMs' | 'setup'>> {
  const { questionLabel, limits, checks = [], votes, leaves, answerSchema: typed } = opening.det
  const fork = await readFork(recorded, opening)
  const script =
    opening.det.script === undefined ? undefined : (JSON.parse(await opening.text(SCRIPT)) as Script)
  const scripts =
    opening.det.scripts === undefined
      ? undefined
      : (JSON.parse(await opening.text(SCRIPTS)) as readonly NamedScript[])
  const validators =
    opening.det.validators === undefined
      ? undefined
      : (JSON.parse(await opening.text(VALIDATORS)) as readonly Validator[])
  const conversation = await recordedConversation(opening)
  const notes =
    opening.det.notes === undefined ? undefined : (JSON.parse(await opening.text(NOTES_GIVEN)) as GivenNotes)
  return {
    run: recorded.run,
    question: await opening.text('question'),
    questionLabel,
    strategy: await opening.text('strategy'),
    checks,
    limits,
    profiles: await recordedProfiles(opening),
    authority: JSON.parse(await opening.text('authority')) as Authority,
    version: opening.obs.version,
    ...(typed === undefined
      ? {}
      : { answerSchema: JSON.parse(await opening.text('answerSchema')) as JsonObject }),
    ...defined({ fork, conversation, script, scripts, validators, votes, leaves, notes }),
  }
}

/** What the frames of a recorded run write their cells in. */
export function recordedRepl({ records }: Pick<RecordedRun, 'records'>): ReplLanguage {
  const [opening] = records
  return replOf(opening?.kind === 'run.open' ? (opening.det.profiles ?? []) : [])
}

/** What the cells of a recorded run are done again in: their language, and the packages of Python that they could import. */
export function recordedCells(recorded: Pick<RecordedRun, 'records'>): {
  readonly language: ReplLanguage
  readonly packages: readonly PythonPackage[]
} {
  const [opening] = recorded.records
  const packages = opening?.kind === 'run.open' ? (opening.det.packages ?? []) : []
  return { language: recordedRepl(recorded), packages }
}

/** The profiles of the run's models. */
export async function recordedProfiles(opening: RecordedStep<'run.open'>): Promise<Tunings> {
  return opening.det.profiles === undefined ? {} : (JSON.parse(await opening.text(PROFILES)) as Tunings)
}

/** What was said before the question; undefined for a question by itself. */
async function recordedConversation(opening: RecordedStep<'run.open'>): Promise<Conversation | undefined> {
  const { conversation } = opening.det
  if (conversation === undefined) return undefined
  return { ...conversation, messages: JSON.parse(await opening.text(EARLIER)) as readonly Message[] }
}

/** What the run was over. */
export async function recordedPartitions(
  opening: RecordedStep<'run.open'>,
): Promise<{ readonly partitions: readonly Partition[]; readonly omitted: readonly Omitted[] }> {
  return {
    partitions: JSON.parse(await opening.text('partitions')) as readonly Partition[],
    omitted: JSON.parse(await opening.text('omitted')) as readonly Omitted[],
  }
}
