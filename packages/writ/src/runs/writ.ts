import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import {
  type Answer,
  type CorpusSummary,
  defined,
  everyPartition,
  type KeptCorpus,
  type PlanCard,
  type RemovedCorpus,
  type RunEvent,
  type RunHead,
  WritError,
} from '@writ/contract'
import type { Erasure, VerdictReport } from '@writ/evidence'
import { type Bundles, bundlesOf } from '../admin/bundle.ts'
import { checkHome, type Finding } from '../admin/doctor.ts'
import { type Keys, keysOf } from '../admin/keys.ts'
import { type LedgerCare, ledgerOf } from '../admin/ledger.ts'
import { type Log, logOf } from '../admin/log.ts'
import { type CopyOptions, type CopyReport, copyEvidence } from '../export/copy.ts'
import { homeRun } from '../export/home-source.ts'
import { type ExportOptions, exportRun, sendRunTrace } from '../export/run.ts'
import { stepsOf } from '../export/steps/run-steps.ts'
import { Viewer, type ViewOptions } from '../export/view-access.ts'
import type { ValueOf } from '../files/answer-schema.ts'
import { evidencePath } from '../files/evidence-path.ts'
import {
  type AskedOptions,
  type ContextSource,
  DEFAULT_HOME,
  type IngestOptions,
  type WritOptions,
} from '../files/options.ts'
import { packsOfRuns } from '../files/run-packs.ts'
import { type HomeServices, homeServices } from '../home/home-services.ts'
import { type ReplayReport, readRun } from '../kernel/index.ts'
import { trustPath } from '../ledger/index.ts'
import { eraseRun } from '../retention/erase.ts'
import { type Erasures, erasuresOf } from '../retention/erasures.ts'
import { type Expiry, type ExpiryOptions, eraseExpired } from '../retention/expire.ts'
import { type Holds, holdsOf } from '../retention/legal-hold.ts'
import type { ListedScript } from '../scripts/index.ts'
import {
  type FileReplay,
  type RecordedReplayOptions,
  type ReplayOptions,
  replayFile,
  replayRecorded,
} from '../verify/replay.ts'
import { type VerifyOptions, verifyWithin } from '../verify/verify-file.ts'
import { abort } from './abort.ts'
import { ask } from './ask.ts'
import { ingest } from './context.ts'
import { diffRuns, type RunDiff } from './diff.ts'
import type { Evaluation, EvaluationPlan } from './evaluation/evaluation.ts'
import type { EvaluationOptions } from './evaluation/options.ts'
import { findRun } from './find-run.ts'
import { type ForkOptions, fork } from './fork.ts'
import { type LanguageModelOptions, languageModelOf } from './language-model/language-model.ts'
import { type ListedModel, listModels, type ModelListOptions } from './list-models.ts'
import { forget, type ListedNotes, listNotes } from './list-notes.ts'
import { DEFAULT_MODEL } from './models.ts'
import { plan } from './plan/plan.ts'
import { type ResumeOptions, resume } from './resume.ts'
import type { RunOrigin, RunView, StepDetail } from './run-view.ts'
import { originOf, showRun, showStep, type Viewed } from './show.ts'
import { type RunStream, streamRun } from './stream.ts'

/**
 * A home, and everything that can be done in it: what the command line does, it does through this. Services are opened when
 * they are first needed and shared; close it when done.
 */
export interface Writ {
  /** Absolute path of the state directory. */
  readonly home: string
  readonly keys: Keys
  readonly bundles: Bundles
  readonly log: Log
  readonly ledger: LedgerCare
  readonly holds: Holds
  readonly erasures: Erasures

  /**
   * Asks one question: by itself, as the last message of a conversation, or going on from a finished run. Resolves with
   * whatever the run came to; rejects when it could not begin or be recorded. With a schema, what is released fits it, and
   * the value has its type.
   */
  completion<const O extends AskedOptions>(options: O): Promise<Answer<ValueOf<O>>>
  /** The same, watched: events for one reader, and the answer. */
  stream(options: AskedOptions): RunStream
  /** A model of the AI SDK over a context: each call is a governed run that answers the last message. */
  languageModel(options: LanguageModelOptions): LanguageModelV4
  /** Scripts that come with Writ. */
  scripts(): Promise<readonly ListedScript[]>
  /** What a run of a question would do and cost: no model is asked, and there is no run. Rejects like `completion`. */
  plan(options: AskedOptions): Promise<PlanCard>
  /**
   * Asks questions of several arms over one corpus and scores the answers. Each asking is a run of its own, with evidence.
   * Rejects with `BAD_QUESTIONS` and like `completion` before anything is spent.
   */
  evaluate(options: EvaluationOptions): Promise<Evaluation>
  /** What an evaluation would do and cost at most: no model is asked, and there is no run. Rejects like `evaluate`. */
  planEvaluation(options: EvaluationOptions): Promise<EvaluationPlan>
  /**
   * Goes on with a run whose process ended, with what it began with; of a finished run, gives the answer. Model objects are
   * those this Writ was made with. Rejects with `UNKNOWN_RUN`, `RUN_BUSY`, `RUN_NOT_OPENED`, `RUN_ENDED`, `RESUME_MISMATCH` and
   * `MODEL_NOT_GIVEN`.
   */
  resume(run: string, options?: ResumeOptions): Promise<Answer>
  /**
   * Asks again from a step of a run on, with other models or another prompt, as a new run that shares what came before.
   * Model objects are those given here, else those this Writ was made with.
   * Rejects with `UNKNOWN_RUN`, `BAD_FORK`, `KEY_UNAVAILABLE`, `RESUME_MISMATCH` and `MODEL_NOT_GIVEN`.
   */
  fork(run: string, options: ForkOptions): Promise<Answer>
  /** Ends a run whose process is gone for good, and gives the path of its evidence file. */
  abort(run: string, reason: string): Promise<string>

  /** Where the home keeps the evidence file of a run, unless the run was told to write it elsewhere. */
  evidencePath(run: string): string
  /** Newest first. Runs of a damaged shard are left out; `ledger.damaged` names those. */
  runs(): Promise<readonly RunHead[]>
  /**
   * The id of the run that a text names: its id, a prefix that no other run has, or `last`. Rejects with `UNKNOWN_RUN` and
   * `AMBIGUOUS_RUN`.
   */
  find(name: string): Promise<string>
  /**
   * Frames and steps of a run, with what whoever looks may see of it under the policy in force. Rejects with `UNKNOWN_RUN`,
   * `UNKNOWN_USER` and `UNKNOWN_PURPOSE`.
   */
  show(run: string, options?: ViewOptions): Promise<RunView>
  /** A step whole, named `<lane>/<n>` or by its seq. Rejects like `show`, and with `USAGE` for a step that is not there. */
  showStep(run: string, step: string, options?: ViewOptions): Promise<StepDetail>
  /** What a run could read, what it shares with the one it was forked from, and the schema it has to fit. Rejects with `UNKNOWN_RUN`. */
  origin(run: string): Promise<RunOrigin>
  /** Aligns two runs lane by lane and tells where they part. Rejects with `UNKNOWN_RUN`. */
  diff(a: string, b: string, options?: ViewOptions): Promise<RunDiff>

  /**
   * Verifies an evidence file against the trust root of the home unless another is given, and does its run again where the
   * home has it. Rejects with `EVIDENCE_UNREADABLE`.
   */
  verify(path: string, options?: Omit<VerifyOptions, 'home'>): Promise<VerdictReport>
  /**
   * Does a recorded run again: its cells run, everything else is answered from the record, every deterministic field is
   * compared. With `policy` set, the run is also held against that bundle. Rejects with `UNKNOWN_RUN`.
   */
  replay(run: string, options?: ReplayOptions): Promise<ReplayReport>
  /**
   * The same from a `replay` file alone; under a trust root, if one is given, it has to be signed by the right keys.
   * Rejects with `EVIDENCE_UNREADABLE`, `VERIFICATION_FAILED`.
   */
  replayFile(path: string, options?: ReplayOptions & { readonly trust?: string }): Promise<FileReplay>

  /** A run in another form, piece by piece. Rejects with `UNKNOWN_RUN`. */
  export(run: string, options: ExportOptions): AsyncIterable<string>
  /**
   * Copies the evidence file of a run, with its payloads or with fewer fields laid open. Rejects with `POLICY_DENIED`,
   * `VERIFICATION_FAILED`, `EVIDENCE_UNREADABLE`, `EVIDENCE_UNWRITABLE`, `KEY_UNAVAILABLE`.
   */
  copyEvidence(run: string, options: CopyOptions): Promise<CopyReport>
  /** Sends the trace of a run to an OpenTelemetry collector (OTLP over HTTP); gives the number of spans. */
  sendTrace(run: string, endpoint: string): Promise<number>

  /**
   * The models that the options of this Writ name: what is known of each, and what policy says of it. Nothing is asked of any
   * server. Rejects with `UNKNOWN_USER` and `UNKNOWN_PURPOSE`.
   */
  models(options?: ModelListOptions): Promise<readonly ListedModel[]>

  /**
   * Notes that runs of a kept corpus, or of files and directories, left to later ones, as far as whoever looks may see them.
   * Rejects with `UNKNOWN_USER` and `UNKNOWN_PURPOSE`.
   */
  notes(source: ContextSource, options?: ViewOptions): Promise<ListedNotes>
  /** Gives notes of a run no more, those under a key or all, and gives how many that are; `erase` destroys them. */
  forgetNotes(source: ContextSource, run: string, key?: string): Promise<number>

  /** Ingests paths and keeps the corpus under a name. Rejects with `CORPUS_BUSY` while another ingests or removes it. */
  ingest(name: string, options: IngestOptions): Promise<KeptCorpus>
  corpora(): Promise<readonly CorpusSummary[]>
  /** Forgets a corpus, and deletes its packs unless a run or another corpus uses them. Rejects with `UNKNOWN_CORPUS`. */
  removeCorpus(name: string): Promise<RemovedCorpus>

  /**
   * Destroys what a run read, asked and answered, and its key; its structure stays. The signed statement that is given says
   * what was reached and what not. One that was cut short can be done again. Rejects with `UNKNOWN_RUN`, `RUN_BUSY`,
   * `LEGAL_HOLD`, and `USAGE` for a reason that is too long.
   */
  erase(run: string, reason: string): Promise<Erasure>
  /** Erases every run that is past the time of its retention class. What refuses, such as a held run, is reported. */
  expire(options: ExpiryOptions): Promise<Expiry>
  /** Checks what a run needs of this machine and this home, each with the real part. */
  doctor(): Promise<readonly Finding[]>
  close(): Promise<void>
}

/** Opens a home. Nothing is made or read until something is done in it. Rejects with `HOME_UNUSABLE`. */
export async function createWrit(options: WritOptions = {}): Promise<Writ> {
  if (options.home === '') throw new WritError('HOME_UNUSABLE', 'The home directory has an empty name.')
  return await Promise.resolve(new Home(options))
}

class Home implements Writ {
  readonly home: string
  readonly keys: Keys
  readonly bundles: Bundles
  readonly log: Log
  readonly ledger: LedgerCare
  readonly holds: Holds
  readonly erasures: Erasures
  readonly #options: WritOptions
  readonly #services: HomeServices

  constructor(options: WritOptions) {
    this.#options = options
    this.home = resolve(options.home ?? DEFAULT_HOME)
    this.#services = homeServices(this.home, options.policy, options.pythonPackages)
    this.keys = keysOf(this.#services)
    this.bundles = bundlesOf(this.#services)
    this.log = logOf(this.#services)
    this.ledger = ledgerOf(this.#services)
    this.holds = holdsOf(this.#services)
    this.erasures = erasuresOf(this.#services)
  }

  async completion<const O extends AskedOptions>(asked: O): Promise<Answer<ValueOf<O>>> {
    // What was released fits the schema, which is what gives the value its type.
    return (await ask(this.#services, this.#options, asked)) as Answer<ValueOf<O>>
  }

  stream(asked: AskedOptions): RunStream {
    return streamRun((onEvent) => {
      const both = (event: RunEvent): void => {
        onEvent(event)
        asked.onEvent?.(event)
      }
      return this.completion({ ...asked, onEvent: both })
    })
  }

  languageModel(over: LanguageModelOptions): LanguageModelV4 {
    const { model = DEFAULT_MODEL } = this.#options
    const name = typeof model === 'string' ? model : 'model-object'
    return languageModelOf((asked) => this.completion(asked), name, over)
  }

  async scripts(): Promise<readonly ListedScript[]> {
    return (await import('../scripts/index.ts')).listScripts()
  }

  async plan(asked: AskedOptions): Promise<PlanCard> {
    return await plan(this.#services, this.#options, asked)
  }

  async evaluate(asked: EvaluationOptions): Promise<Evaluation> {
    const { evaluate } = await import('./evaluation/evaluate.ts')
    return await evaluate(this.#services, this.#options, asked)
  }

  async planEvaluation(asked: EvaluationOptions): Promise<EvaluationPlan> {
    const { planEvaluation } = await import('./evaluation/evaluate.ts')
    return await planEvaluation(this.#services, this.#options, asked)
  }

  async resume(run: string, options: ResumeOptions = {}): Promise<Answer> {
    return await resume(this.#services, this.#options, run, options)
  }

  async fork(run: string, options: ForkOptions): Promise<Answer> {
    return await fork(this.#services, this.#options, run, options)
  }

  async abort(run: string, reason: string): Promise<string> {
    return await abort(this.#services, run, reason)
  }

  evidencePath(run: string): string {
    return evidencePath(this.home, run)
  }

  async runs(): Promise<readonly RunHead[]> {
    return await (await this.#services.ledger()).runs()
  }

  async find(name: string): Promise<string> {
    return await findRun(await this.#services.ledger(), name)
  }

  async show(run: string, options: ViewOptions = {}): Promise<RunView> {
    return await showRun(await this.#viewed(run, options))
  }

  async showStep(run: string, step: string, options: ViewOptions = {}): Promise<StepDetail> {
    return await showStep(await this.#viewed(run, options), step)
  }

  async #viewed(run: string, options: ViewOptions): Promise<Viewed> {
    const { source } = await homeRun(this.#services, run)
    const steps = await stepsOf(source)
    const viewer = new Viewer(await this.#services.policy(), everyPartition(steps.opening.det), options)
    return { home: this.home, source, steps, viewer }
  }

  async origin(run: string): Promise<RunOrigin> {
    return await originOf(await this.#services.ledger(), run)
  }

  async diff(a: string, b: string, options: ViewOptions = {}): Promise<RunDiff> {
    return diffRuns(await this.show(a, options), await this.show(b, options))
  }

  async verify(path: string, options: Omit<VerifyOptions, 'home'> = {}): Promise<VerdictReport> {
    const pinned = trustPath(this.home)
    const trust = existsSync(pinned) ? { trust: pinned } : {}
    return await verifyWithin(this.#services, path, { ...trust, ...options, home: this.home })
  }

  async replay(run: string, options: ReplayOptions = {}): Promise<ReplayReport> {
    return await replayRecorded(
      await readRun(await this.#services.ledger(), run),
      await this.#replayOptions(options),
    )
  }

  async replayFile(path: string, options: ReplayOptions & { trust?: string } = {}): Promise<FileReplay> {
    const { trust } = options
    return await replayFile(path, { ...(await this.#replayOptions(options)), ...defined({ trust }) })
  }

  async #replayOptions({ signal, attest, onEvent }: ReplayOptions): Promise<RecordedReplayOptions> {
    const { signer, log, policy, sandboxes } = this.#services
    const bundle = this.#options.policy === undefined ? undefined : (await policy()).bundle.hash
    const attesting =
      attest === undefined ? undefined : { path: attest, signer: await signer(), log: await log() }
    return { sandboxes, ...defined({ signal, bundle, attest: attesting, onEvent }) }
  }

  async *export(run: string, options: ExportOptions): AsyncIterable<string> {
    yield* exportRun(this.#services, run, options)
  }

  async copyEvidence(run: string, options: CopyOptions): Promise<CopyReport> {
    return await copyEvidence(this.#services, run, options)
  }

  async sendTrace(run: string, endpoint: string): Promise<number> {
    return await sendRunTrace(this.#services, run, endpoint)
  }

  async models(options: ModelListOptions = {}): Promise<readonly ListedModel[]> {
    return await listModels(await this.#services.policy(), this.#options, options)
  }

  async notes(source: ContextSource, options: ViewOptions = {}): Promise<ListedNotes> {
    return await listNotes(this.#services, source, options)
  }

  async forgetNotes(source: ContextSource, run: string, key?: string): Promise<number> {
    return await forget(this.#services, source, run, key)
  }

  async ingest(name: string, options: IngestOptions): Promise<KeptCorpus> {
    return await ingest(this.#services, name, options)
  }

  async corpora(): Promise<readonly CorpusSummary[]> {
    return await (await this.#services.library()).list()
  }

  async removeCorpus(name: string): Promise<RemovedCorpus> {
    const [library, ledger] = await Promise.all([this.#services.library(), this.#services.ledger()])
    return await library.remove(name, await packsOfRuns(ledger))
  }

  async erase(run: string, reason: string): Promise<Erasure> {
    return await eraseRun(this.#services, run, reason)
  }

  async expire(options: ExpiryOptions): Promise<Expiry> {
    return await eraseExpired(this.#services, options)
  }

  async doctor(): Promise<readonly Finding[]> {
    return await checkHome(this.#services)
  }

  async close(): Promise<void> {
    await this.#services.close()
  }
}
