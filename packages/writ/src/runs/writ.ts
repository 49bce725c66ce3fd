import { userInfo } from 'node:os'
import { join, resolve, sep } from 'node:path'
import {
  type Answer,
  type ContextStore,
  type CorpusSummary,
  DEFAULT_LIMITS,
  defined,
  type IngestRequest,
  type Ledger,
  type Library,
  type Limits,
  label,
  type RemovedCorpus,
  type RunEvent,
  type RunHead,
  type Sandbox,
  type Signer,
  type TransparencyLog,
  WritError,
} from '@writ/contract'
import { openQuorum } from '../admin/quorum.ts'
import { type CopyOptions, type CopyReport, copyEvidence } from '../export/copy.ts'
import { homeRun } from '../export/home-source.ts'
import { type ExportOptions, exportRun, sendRunTrace } from '../export/run.ts'
import { stepsOf } from '../export/steps/run-steps.ts'
import { Viewer, type ViewOptions } from '../export/view-access.ts'
import { requireNotErased } from '../files/erasures.ts'
import { uuidV7 } from '../files/ids.ts'
import type {
  CompletionOptions,
  ContextSource,
  IngestOptions,
  SourcePaths,
  WritOptions,
} from '../files/options.ts'
import { packsOfRuns } from '../files/run-packs.ts'
import { VERSION } from '../files/version.ts'
import { prepareEvidencePath } from '../files/write-evidence.ts'
import { type Authority, executeRun, type ReplayReport, readRun, systemClock } from '../kernel/index.ts'
import { openLedger, openSigner, RETENTION_CLASS, recordRetention } from '../ledger/index.ts'
import {
  endSpareWorker,
  openLibrary,
  requireCorpus,
  requireGlobs,
  requirePaths,
  startSpareWorker,
} from '../memory/index.ts'
import { callModel } from '../models/index.ts'
import { openDecisionPoint, type PolicyPoint } from '../policy/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { openSandbox } from '../sandbox/index.ts'
import { openTransparencyLog } from '../transparency/index.ts'
import {
  type AgainOptions,
  doAgain,
  doFileAgain,
  type FileReplay,
  type ReplayOptions,
} from '../verify/replay.ts'
import { abort } from './abort.ts'
import { checkCompletion } from './check-completion.ts'
import { startDeadline } from './deadline.ts'
import { handOut } from './deliver.ts'
import { diffRuns, type RunDiff } from './diff.ts'
import { type ForkOptions, fork } from './fork.ts'
import { openModels } from './models.ts'
import { type ResumeOptions, type ResumeRooms, resume } from './resume.ts'
import type { RunOrigin, RunView, StepDetail } from './run-view.ts'
import { originOf, showRun, showStep, type Viewed } from './show.ts'

const DEFAULT_HOME = '.writ'
/** The question, and documents nobody labelled. */
const DEFAULT_LEVEL = 'internal'

/** Answers questions over contexts, and keeps what it did. Close it when done. */
export interface Writ {
  readonly home: string
  /** Asks one question. Resolves with whatever the run came to; rejects when it could not begin or be recorded. */
  completion(options: CompletionOptions): Promise<Answer>
  /** Ingests paths and keeps the corpus under a name. */
  ingest(name: string, options: IngestOptions): Promise<ContextStore>
  corpora(): Promise<readonly CorpusSummary[]>
  /** Forgets a corpus, and deletes its packs unless a run or another corpus uses them. Rejects with `UNKNOWN_CORPUS`. */
  removeCorpus(name: string): Promise<RemovedCorpus>
  /** Newest first. Runs of a damaged shard are left out. */
  runs(): Promise<readonly RunHead[]>
  /** Paths of the files of the ledger that are damaged, whose runs nobody can list. */
  damaged(): Promise<readonly string[]>
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
  /**
   * Goes on with a run whose process ended, with what it began with; of a finished run, gives the answer. Rejects with
   * `UNKNOWN_RUN`, `RUN_BUSY`, `RUN_NOT_OPENED`, `RUN_ENDED` and `RESUME_MISMATCH`.
   */
  resume(run: string, options?: ResumeOptions): Promise<Answer>
  /**
   * Asks again from a step of a run on, with other models or another prompt, as a new run that shares what came before.
   * Rejects with `UNKNOWN_RUN`, `BAD_FORK`, `KEY_UNAVAILABLE` and `RESUME_MISMATCH`.
   */
  fork(run: string, options: ForkOptions): Promise<Answer>
  /** Ends a run whose process is gone for good, and gives the path of its evidence file. */
  abort(run: string, reason: string): Promise<string>
  /** Aligns two runs lane by lane and tells where they part. Rejects with `UNKNOWN_RUN`. */
  diff(a: string, b: string, options?: ViewOptions): Promise<RunDiff>
  /** What a run could read, and what it shares with the one it was forked from. Rejects with `UNKNOWN_RUN`. */
  origin(run: string): Promise<RunOrigin>
  /**
   * Frames and steps of a run, with what whoever looks may see of it under the policy in force. Rejects with `UNKNOWN_RUN`,
   * `UNKNOWN_USER` and `UNKNOWN_PURPOSE`.
   */
  show(run: string, options?: ViewOptions): Promise<RunView>
  /** A step whole, named `<lane>/<n>` or by its seq. Rejects like `show`, and with `USAGE` for a step that is not there. */
  showStep(run: string, step: string, options?: ViewOptions): Promise<StepDetail>
  /** A run in another form, piece by piece. Rejects with `UNKNOWN_RUN`. */
  export(run: string, options: ExportOptions): AsyncIterable<string>
  /**
   * Copies the evidence file of a run, with its payloads or with fewer fields laid open. Rejects with `POLICY_DENIED`,
   * `VERIFICATION_FAILED`, `EVIDENCE_UNREADABLE`, `EVIDENCE_UNWRITABLE`, `KEY_UNAVAILABLE`.
   */
  copyEvidence(run: string, options: CopyOptions): Promise<CopyReport>
  /** Sends the trace of a run to an OpenTelemetry collector (OTLP over HTTP); gives the number of spans. */
  sendTrace(run: string, endpoint: string): Promise<number>
  close(): Promise<void>
}

/** The composition root: the only place that knows every adapter. Rooms are opened when first needed. */
export async function createWrit(options: WritOptions = {}): Promise<Writ> {
  if (options.home === '') throw new WritError('HOME_UNUSABLE', 'The home directory has an empty name.')
  return await Promise.resolve(new Runtime(options))
}

class Runtime implements Writ {
  readonly home: string
  readonly #options: WritOptions
  readonly #closing: (() => Promise<void>)[] = []
  readonly #ledger: () => Promise<Ledger>
  readonly #library: () => Promise<Library>
  readonly #policy: () => Promise<PolicyPoint>
  readonly #signer: () => Promise<Signer>
  readonly #log: () => Promise<TransparencyLog>

  constructor(options: WritOptions) {
    this.#options = options
    this.home = resolve(options.home ?? DEFAULT_HOME)
    const { policy } = options
    this.#ledger = this.#once(() => openLedger(this.home))
    this.#library = this.#once(() => openLibrary(this.home))
    this.#policy = this.#once(() =>
      openDecisionPoint({
        osUser: userInfo().username,
        ...(policy === undefined ? {} : { bundleDir: policy }),
      }),
    )
    let signer: Promise<Signer> | undefined
    this.#signer = () => {
      signer ??= openSigner(this.home)
      return signer
    }
    this.#log = this.#once(async () => openTransparencyLog(this.home, await this.#signer()))
  }

  async completion(asked: CompletionOptions): Promise<Answer> {
    const reasoner = createReasoner()
    const { strategies } = reasoner
    const wanted = { ...this.#options.limits, ...asked.limits }
    checkCompletion(asked, wanted, { strategies, retentionClass: RETENTION_CLASS })
    const started = systemClock.monotonic()
    const elapsed = (): number => (asked.elapsedMs ?? 0) + systemClock.monotonic() - started
    const limits: Limits = { ...DEFAULT_LIMITS, ...wanted }
    const onEvent = asked.onEvent ?? ignore
    const deadline = startDeadline(limits, elapsed(), asked.signal)
    try {
      // INVARIANT: nothing is made until every option has been checked, and nothing is read or spent before the home opens.
      this.#requireContext(asked)
      if (!isStore(asked.context)) startSpareWorker() // it starts while policy does
      const policy = await this.#policy()
      const [models, authority, quorum] = await Promise.all([
        openModels(this.#options, policy, limits),
        authorise(policy, asked),
        openQuorum(this.home, this.#options),
      ])
      const run = uuidV7(systemClock.now())
      const path = resolve(asked.out ?? join(this.home, 'runs', `${run}.writ`))
      const inHome = path.startsWith(join(this.home, sep))
      if (!inHome) await prepareEvidencePath(path, false)
      const [signer, ledger, transparency] = await Promise.all([this.#signer(), this.#ledger(), this.#log()])
      if (inHome) await prepareEvidencePath(path, asked.out === undefined)
      const preparing = AbortSignal.any([
        deadline.signal,
        ...(asked.suspend === undefined ? [] : [asked.suspend]),
      ])
      const store = await this.#context(asked.context, asked, policy, preparing, onEvent)
      try {
        preparing.throwIfAborted()
        if (asked.retention !== undefined) recordRetention(this.home, run, asked.retention)
        const log = await ledger.open(run, asked.query, systemClock.now())
        deadline.clear()
        const request = {
          run,
          question: asked.query,
          questionLabel: label(DEFAULT_LEVEL),
          strategy: asked.strategy ?? 'auto',
          limits,
          authority,
          models,
          version: VERSION,
          signal: deadline.interrupted,
          ...(asked.suspend === undefined ? {} : { suspend: asked.suspend }),
          elapsedMs: elapsed(),
          setup: {
            baseUrl: this.#options.baseUrl ?? null,
            policy: this.#options.policy === undefined ? null : resolve(this.#options.policy),
            evidence: path,
            witnesses: this.#options.witnesses ?? [],
            witnessQuorum: this.#options.witnessQuorum ?? this.#options.witnesses?.length ?? 0,
          },
        }
        const ports = {
          clock: systemClock,
          store,
          policy,
          reasoner,
          signer,
          transparency,
          ...quorum,
          callModel,
          log,
          onEvent,
        }
        return await inSandbox(async (sandbox) =>
          handOut(await executeRun(request, { ...ports, sandbox }), path, onEvent),
        )
      } finally {
        if (!isStore(asked.context)) await store.close()
      }
    } finally {
      deadline.stop()
    }
  }

  async ingest(name: string, options: IngestOptions): Promise<ContextStore> {
    const [library, policy] = await Promise.all([this.#library(), this.#policy()])
    const request = this.#ingestRequest(name, options, policy)
    const { onProgress } = options
    return await library.ingest(name, {
      ...request,
      ...sourcePaths(options),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    })
  }

  async corpora(): Promise<readonly CorpusSummary[]> {
    return await (await this.#library()).list()
  }

  async removeCorpus(name: string): Promise<RemovedCorpus> {
    const [library, ledger] = await Promise.all([this.#library(), this.#ledger()])
    return await library.remove(name, await packsOfRuns(ledger))
  }

  async runs(): Promise<readonly RunHead[]> {
    return await (await this.#ledger()).runs()
  }

  async damaged(): Promise<readonly string[]> {
    return await (await this.#ledger()).damaged()
  }

  async origin(run: string): Promise<RunOrigin> {
    return await originOf(await this.#ledger(), run)
  }

  async show(run: string, options: ViewOptions = {}): Promise<RunView> {
    return await showRun(await this.#viewed(run, options))
  }

  async showStep(run: string, step: string, options: ViewOptions = {}): Promise<StepDetail> {
    return await showStep(await this.#viewed(run, options), step)
  }

  async #viewed(run: string, options: ViewOptions): Promise<Viewed> {
    const { source } = await homeRun(await this.#ledger(), this.home, run)
    const steps = await stepsOf(source)
    const viewer = new Viewer(await this.#policy(), steps.opening.det.partitions, options)
    return { home: this.home, source, steps, viewer }
  }

  async replay(run: string, options: ReplayOptions = {}): Promise<ReplayReport> {
    return await doAgain(await readRun(await this.#ledger(), run), await this.#again(options))
  }

  async replayFile(path: string, options: ReplayOptions & { trust?: string } = {}): Promise<FileReplay> {
    const { trust } = options
    return await doFileAgain(path, {
      ...(await this.#again(options)),
      ...(trust === undefined ? {} : { trust }),
    })
  }

  async #again({ signal, attest }: ReplayOptions): Promise<AgainOptions> {
    const bundle = this.#options.policy === undefined ? undefined : (await this.#policy()).bundle.hash
    const attesting =
      attest === undefined
        ? undefined
        : { path: attest, signer: await this.#signer(), log: await this.#log() }
    return {
      ...(signal === undefined ? {} : { signal }),
      ...(bundle === undefined ? {} : { bundle }),
      ...(attesting === undefined ? {} : { attest: attesting }),
    }
  }

  async resume(run: string, options: ResumeOptions = {}): Promise<Answer> {
    requireNotErased(this.home, run)
    return await resume(run, await this.#resumeRooms(), options)
  }

  async fork(run: string, options: ForkOptions): Promise<Answer> {
    return await fork(run, await this.#resumeRooms(), options)
  }

  async abort(run: string, reason: string): Promise<string> {
    requireNotErased(this.home, run)
    return await abort(run, reason, await this.#resumeRooms())
  }

  async diff(a: string, b: string, options: ViewOptions = {}): Promise<RunDiff> {
    return diffRuns(await this.show(a, options), await this.show(b, options))
  }

  async *export(run: string, options: ExportOptions): AsyncIterable<string> {
    yield* exportRun(await this.#ledger(), this.home, run, options, this.#policy)
  }

  async copyEvidence(run: string, options: CopyOptions): Promise<CopyReport> {
    const [ledger, signer, log] = await Promise.all([this.#ledger(), this.#signer(), this.#log()])
    return await copyEvidence({ home: this.home, ledger, signer, log }, run, options)
  }

  async sendTrace(run: string, endpoint: string): Promise<number> {
    return await sendRunTrace(await this.#ledger(), run, endpoint)
  }

  async close(): Promise<void> {
    await Promise.all([endSpareWorker(), ...this.#closing.splice(0).map((close) => close())])
  }

  /** Opens a room on first use, and closes it with the Writ. */
  #once<T extends { close(): Promise<void> }>(open: () => Promise<T>): () => Promise<T> {
    let room: Promise<T> | undefined
    return () => {
      if (room === undefined) {
        const opening = open()
        room = opening
        this.#closing.push(async () => {
          const opened = await opening.catch(() => undefined)
          await opened?.close()
        })
      }
      return room
    }
  }

  async #resumeRooms(): Promise<ResumeRooms> {
    const rooms = await Promise.all([this.#ledger(), this.#library(), this.#signer(), this.#log()])
    const [ledger, library, signer, transparency] = rooms
    const osUser = userInfo().username
    const policy = (bundleDir: string | null): Promise<PolicyPoint> =>
      openDecisionPoint({ osUser, ...(bundleDir === null ? {} : { bundleDir }) })
    const { apiKey, ollamaHost, model, subModel } = this.#options
    const objects = [model, subModel].filter((given) => given !== undefined && typeof given !== 'string')
    const access = { ...defined({ apiKey, ollamaHost }), objects }
    return { home: this.home, ledger, library, signer, transparency, policy, inSandbox, access }
  }

  /** What can be known of a context before the home is made. */
  #requireContext({ context, includeSecret = [], labels = [] }: CompletionOptions): void {
    requireGlobs([...includeSecret, ...labels.map(({ glob }) => glob)])
    if (typeof context !== 'object' || isStore(context)) return
    if ('corpus' in context) requireCorpus(this.home, context.corpus)
    if ('paths' in context) requirePaths(context.paths)
  }

  async #context(
    source: ContextSource,
    asked: CompletionOptions,
    policy: PolicyPoint,
    signal: AbortSignal,
    onEvent: (event: RunEvent) => void,
  ): Promise<ContextStore> {
    if (isStore(source)) return source
    const library = await this.#library()
    if (typeof source === 'object' && 'corpus' in source) return await library.openNamed(source.corpus)
    const texts =
      typeof source === 'string' ? [{ id: 'context', text: source }] : 'paths' in source ? [] : source
    return await library.open({
      ...this.#ingestRequest('context', asked, policy),
      ...(typeof source === 'object' && 'paths' in source ? sourcePaths(source) : { paths: [] }),
      texts,
      signal,
      onProgress: (progress) => onEvent({ type: 'ingest', ...progress }),
    })
  }

  #ingestRequest(
    collection: string,
    options: Pick<IngestOptions, 'label' | 'labels' | 'includeSecret' | 'principal' | 'purpose'>,
    policy: PolicyPoint,
  ): Omit<IngestRequest, 'paths'> {
    return {
      texts: [],
      collection,
      defaultLabel: options.label ?? label(DEFAULT_LEVEL, [], true),
      labels: options.labels ?? [],
      includeSecret: options.includeSecret ?? [],
      purposes: [options.purpose ?? policy.defaultPurpose],
      owner: options.principal ?? userInfo().username,
      home: this.home,
    }
  }
}

function sourcePaths({ paths, matched = [] }: SourcePaths): Pick<IngestRequest, 'paths' | 'matched'> {
  return { paths, matched }
}

/** Gives a run a sandbox of its own, so that ending the run can end every cell at once. */
async function inSandbox<T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await openSandbox()
  try {
    return await work(sandbox)
  } finally {
    await sandbox.close()
  }
}

async function authorise(policy: PolicyPoint, asked: CompletionOptions): Promise<Authority> {
  const purpose = asked.purpose ?? policy.defaultPurpose
  return await Promise.resolve({
    user: policy.user(asked.principal ?? userInfo().username, purpose),
    purpose,
    orchestrator: policy.profile('orchestrator'),
    worker: policy.profile('worker'),
    sink: policy.sink('terminal'),
  })
}

function isStore(source: ContextSource): source is ContextStore {
  return typeof source === 'object' && 'locate' in source
}

function ignore(): void {
  // Nobody watches.
}
