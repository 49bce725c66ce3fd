import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type Answer,
  type ContextStore,
  defined,
  type ModelProfile,
  openingPath,
  type RecordedModel,
  type RunEvent,
  WritError,
} from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import { openQuorum } from '../admin/quorum.ts'
import { requireNotErased } from '../files/erasures.ts'
import { evidencePath } from '../files/evidence-path.ts'
import { keepsNotes } from '../files/note-shelf.ts'
import type { WritOptions } from '../files/options.ts'
import { prepareEvidencePath } from '../files/write-evidence.ts'
import type { HomeServices } from '../home/home-services.ts'
import {
  answerAgain,
  modelsOfRoles,
  type RecordedRun,
  type Reopened,
  type RunModels,
  type RunSetup,
  type RunStart,
  readRun,
  recordedCells,
  recordedModel,
  resumeRun,
  systemClock,
} from '../kernel/index.ts'
import { callModel } from '../models/index.ts'
import type { PolicyPoint } from '../policy/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { countCalls } from './count-calls.ts'
import { deliver } from './deliver.ts'
import { accessOf, type ModelAccess, reopenModel } from './models.ts'
import { requireUnclosed } from './require-unclosed.ts'

const NO_COST = Object.freeze({ decideMs: 0, decisions: 0, recordMs: 0, records: 0 })

/** How a run is resumed. */
export interface ResumeOptions {
  /** Ends the run at the next step; what it has is recorded. */
  readonly signal?: AbortSignal
  /** Stops at the next step and leaves the run open once more. */
  readonly suspend?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
}

/** Goes on with a run of the home where its record ends, with what it began with; of a finished run, gives the answer. */
export async function resume(
  services: HomeServices,
  given: WritOptions,
  run: string,
  options: ResumeOptions,
): Promise<Answer> {
  const { home } = services
  requireNotErased(home, run)
  const ledger = await services.ledger()
  await using opened = new AsyncDisposableStack()
  const log = opened.adopt(await ledger.resume(run), () => ledger.leave(run))
  const recorded = await readRun(ledger, run)
  await requireUnclosed(services, recorded)
  const { onEvent = () => undefined, signal = new AbortController().signal, suspend } = options
  const finished = await finishedAnswer(services, recorded, onEvent)
  if (finished !== undefined) {
    onEvent({ type: 'answer', answer: finished, governance: NO_COST })
    return finished
  }
  return await services.sandboxes.use(
    async (sandbox) => {
      const { path, ...result } = await resumeRun(recorded, {
        sandbox,
        reasoner: createReasoner(),
        signal,
        ...defined({ suspend }),
        reopen: async (start) => {
          await prepareEvidencePath(placeOfEvidence(home, run, start.setup), true)
          const reopened = await reopenServices(services, run, start, opened)
          const models = await reopenModels(run, start, reopened.policy, accessOf(given))
          const notes = keepsNotes(home, start.setup.notes, run)
          return { models, ports: { ...reopened, ...notes, log, onEvent } }
        },
      })
      return await deliver(result, placeOfEvidence(home, run, { evidence: path }), onEvent)
    },
    { ...recordedCells(recorded), onEvent },
  )
}

/** The answer of a run whose evidence lies where it belongs: nothing is left to do. */
async function finishedAnswer(
  services: HomeServices,
  recorded: RecordedRun,
  onEvent: (event: RunEvent) => void,
): Promise<Answer | undefined> {
  if (recorded.records.at(-1)?.kind !== 'run.close') return undefined
  const setup = await recordedSetup(recorded)
  const { witnesses } = setup
  const evidence = placeOfEvidence(services.home, recorded.run, setup)
  // Its answer may be kept back still: whether the witnesses have cosigned is asked again.
  if (witnesses.length > 0) return undefined
  const there = await access(evidence).then(
    () => true,
    () => false,
  )
  if (!there) return undefined
  const ports = { clock: systemClock, reasoner: createReasoner() }
  const answer = await services.sandboxes.use((sandbox) => answerAgain(recorded, { ...ports, sandbox }), {
    ...recordedCells(recorded),
    onEvent,
  })
  return { ...answer, evidence }
}

/**
 * Where the evidence of a run goes. A file named after its run is in the home, wherever that lies now: it may be a copy, or was
 * restored elsewhere, and what the copy does is no business of the home it was made from. No `--out` is named so, for runs
 * get their ids later.
 */
export function placeOfEvidence(home: string, run: string, { evidence }: Pick<RunSetup, 'evidence'>): string {
  const own = evidencePath(home, run)
  return basename(evidence) === basename(own) ? own : evidence
}

/** How a run was set up. Rejects with `RUN_NOT_OPENED`, and `RESUME_MISMATCH` for a run of a Writ that did not keep it. */
export async function recordedSetup(recorded: RecordedRun): Promise<RunSetup> {
  const { run, records } = recorded
  if (records.length === 0) throw new WritError('RUN_NOT_OPENED', `The run ${run} has no records.`, { run })
  const setup = await recorded.payload(openingPath('setup'))
  if (setup !== undefined) return JSON.parse(Buffer.from(setup).toString()) as RunSetup
  throw new WritError('RESUME_MISMATCH', `How the run ${run} was set up is not kept.`, { run })
}

/** What a run that is taken up again needs, but for its log and whoever watches it. */
type ReopenedServices = Omit<Reopened['ports'], 'policy' | 'store' | 'log' | 'onEvent'> & {
  readonly policy: PolicyPoint
  readonly store: ContextStore
}

/** Opens the policy, the corpus and the witnesses a run began with, and refuses what is not the same any more. */
export async function reopenServices(
  services: HomeServices,
  run: string,
  { bundle, partitions, omitted, setup }: RunStart,
  opened: AsyncDisposableStack,
): Promise<ReopenedServices> {
  const policy = opened.adopt(await services.openPolicy(setup.policy), (service) => service.close())
  if (policy.bundle.hash !== bundle)
    throw mismatch(
      run,
      `its policy bundle was ${bundle}, that in ${setup.policy ?? 'the package'} is ${policy.bundle.hash}`,
    )
  const library = await services.library()
  const store = opened.adopt(await library.reopen(partitions, omitted), (service) => service.close())
  const same = store.partitions.every(({ id }, index) => id === partitions[index]?.id)
  if (!same) throw mismatch(run, 'its corpus is not what it was')
  const { witnesses, witnessQuorum } = setup
  const quorum = await openQuorum(services.home, { witnesses, witnessQuorum })
  const [signer, transparency] = await Promise.all([services.signer(), services.log()])
  return { policy, store, ...quorum, clock: systemClock, signer, transparency, callModel, countCalls }
}

/** The models a run began with. */
async function reopenModels(
  run: string,
  { models, fallbacks, verifier = [], setup }: RunStart,
  policy: PolicyPoint,
  access: ModelAccess,
): Promise<RunModels> {
  const reopen = async (model: RecordedModel): Promise<ModelProfile> => {
    const profile = await reopenModel(model, setup.baseUrl, { access, policy })
    if (canonicalJson(recordedModel(profile)) !== canonicalJson(model))
      throw mismatch(run, `the model ${model.id} is not the one it began with`)
    return profile
  }
  const all = (list: readonly RecordedModel[]): Promise<ModelProfile[]> => Promise.all(list.map(reopen))
  const [root, sub = root] = await all(models)
  if (root === undefined || sub === undefined) throw mismatch(run, 'its record names no model')
  return modelsOfRoles({
    root,
    sub,
    fallbacks: fallbacks && { root: await all(fallbacks.root), sub: await all(fallbacks.sub) },
    verifier: await all(verifier),
  })
}

function mismatch(run: string, what: string): WritError {
  return new WritError('RESUME_MISMATCH', `The run ${run} cannot go on: ${what}.`, { run })
}
