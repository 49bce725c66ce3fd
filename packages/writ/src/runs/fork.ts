import { resolve } from 'node:path'
import {
  type Answer,
  type Det,
  defined,
  type ModelProfile,
  type RecordedModel,
  WritError,
} from '@writ/contract'
import { canonicalJson, everyModel } from '@writ/evidence'
import { requireNotErased } from '../files/erasures.ts'
import { evidencePath } from '../files/evidence-path.ts'
import { uuidV7 } from '../files/ids.ts'
import { keepsNotes } from '../files/note-shelf.ts'
import type { GivenModel, WritOptions } from '../files/options.ts'
import { VERSION } from '../files/version.ts'
import { prepareEvidencePath } from '../files/write-evidence.ts'
import type { HomeServices } from '../home/home-services.ts'
import {
  type Fork,
  forkRun,
  type OpenedFork,
  type RunModels,
  type RunStart,
  readRun,
  recordedCells,
  recordedModels,
  recordedRepl,
  type StepId,
  systemClock,
} from '../kernel/index.ts'
import { recordRetention, retentionOf } from '../ledger/index.ts'
import type { PolicyPoint } from '../policy/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { deliver } from './deliver.ts'
import {
  accessOf,
  asRecorded,
  givenList,
  givenModel,
  givenVerifier,
  type ModelAccess,
  type ModelOptions,
  openLists,
  openModel,
} from './models.ts'
import { profilesOf } from './profiles.ts'
import { type ResumeOptions, reopenServices } from './resume.ts'

/** How a run is forked. Models that are not named stay those of the run. */
export interface ForkOptions extends ResumeOptions, Omit<ModelOptions, 'apiKey' | 'ollamaHost'> {
  /** The first step done anew, as `writ show` names it. */
  readonly at: StepId
  /** Said at that step: a sub-call is asked this instead, a turn is told it in addition. */
  readonly prompt?: string
  /** Where the evidence file goes; `<home>/runs/<run>.writ` by default. */
  readonly out?: string
}

/** Runs a new run that shares another one's steps up to one of them, under the policy and over the corpus of the other. */
export async function fork(
  services: HomeServices,
  given: WritOptions,
  origin: string,
  options: ForkOptions,
): Promise<Answer> {
  const { home } = services
  requireNotErased(home, origin)
  const ledger = await services.ledger()
  const recorded = await readRun(ledger, origin)
  const [began] = recorded.records
  if (options.verifierModel !== undefined && began?.kind === 'run.open' && !checksClaims(began.det))
    throw new WritError('USAGE', `The run ${origin} checks no claims: it has no verifier to give a model.`)
  const { at, prompt, onEvent = () => undefined, signal = new AbortController().signal, suspend } = options
  const run = uuidV7(systemClock.now())
  const path = resolve(options.out ?? evidencePath(home, run))
  await using opened = new AsyncDisposableStack()
  const open = async (start: RunStart, { models: shared }: Fork): Promise<OpenedFork> => {
    await prepareEvidencePath(path, options.out === undefined)
    const reopened = await reopenServices(services, origin, start, opened)
    const models = await modelsAsBefore(origin, start, reopened.policy, options, accessOf(given, options))
    sameInBoth(origin, [...everyModel(recordedModels(shared)), ...everyModel(recordedModels(models))])
    const setup = { ...start.setup, baseUrl: options.baseUrl ?? start.setup.baseUrl, evidence: path }
    // What it shares is kept as long here as there.
    const kept = retentionOf(home, origin)
    if (kept !== undefined) recordRetention(home, run, kept)
    const log = await ledger.open(run, start.question, systemClock.now())
    opened.defer(() => ledger.leave(run))
    // Frames that are shared go on as they were told to work.
    const known = new Set(everyModel(recordedModels(shared)).map(({ id }) => id))
    const own = profilesOf(models, given.profiles, recordedRepl(recorded))
    const profiles = {
      ...start.profiles,
      ...Object.fromEntries(Object.entries(own).filter(([id]) => !known.has(id))),
    }
    const notes = keepsNotes(home, setup.notes, run)
    return { run, version: VERSION, setup, models, profiles, ports: { ...reopened, ...notes, log, onEvent } }
  }
  return await services.sandboxes.use(
    async (sandbox) => {
      const ports = { sandbox, reasoner: createReasoner(), signal, ...defined({ suspend }), open }
      const result = await forkRun(recorded, { at, ...defined({ prompt }) }, ports)
      return await deliver(result, path, onEvent)
    },
    { ...recordedCells(recorded), onEvent },
  )
}

function checksClaims({ checks = [] }: Det['run.open']): boolean {
  return checks.includes('claims')
}

/** The models of a run that comes from another: those named, else what the other had, at the price and with the window it had. */
export async function modelsAsBefore(
  origin: string,
  {
    models,
    fallbacks,
    verifier,
    setup,
    limits,
  }: Pick<RunStart, 'models' | 'fallbacks' | 'setup' | 'limits'> & {
    readonly verifier?: readonly RecordedModel[] | undefined
  },
  policy: PolicyPoint,
  options: Omit<ModelOptions, 'apiKey' | 'ollamaHost'>,
  access: ModelAccess,
): Promise<RunModels> {
  const [root, sub = root] = models
  if (root === undefined || sub === undefined)
    throw new WritError('BAD_FORK', `The record of the run ${origin} names no model.`, { run: origin })
  const { baseUrl = setup.baseUrl } = options
  const { apiKey, ollamaHost, models: table, rates } = access
  const how = {
    ...defined({ models: table, rates }),
    ...options,
    ...defined({ apiKey, ollamaHost }),
    ...(baseUrl === null ? {} : { baseUrl }),
  }
  const recorded = everyModel({ models, ...defined({ fallbacks, verifier }) })
  const [rootBefore, subBefore] = [
    [root, ...(fallbacks?.root ?? [])].map(({ id }) => id),
    [sub, ...(fallbacks?.sub ?? [])].map(({ id }) => id),
  ]
  const first = givenList(options.model ?? rootBefore)
  // Models for sub-calls that were those of the root follow what is named for the root.
  const second = givenList(options.subModel ?? (subBefore.join() === rootBefore.join() ? first : subBefore))
  // Those of a verifier that had none of its own follow what is named for sub-calls.
  const third = givenVerifier(options.verifierModel) ?? verifier?.map(({ id }) => id)
  const open = async (given: GivenModel): Promise<ModelProfile> => {
    const known = recorded.find((model) => model.id === given)
    const model = await openModel(
      given,
      { ...(known === undefined ? {} : asRecorded(known)), ...how },
      policy,
      limits,
    )
    const asOf = options.price === undefined ? known?.priceAsOf : undefined
    return { ...model, ...defined({ priceAsOf: asOf }) }
  }
  const named = (given: GivenModel): GivenModel => givenModel(given, access)
  return await openLists(
    { root: first.map(named), sub: second.map(named), verifier: third?.map(named) },
    open,
  )
}

/** A model that serves before and after the fork is one model: policy and prices know it by its id. */
function sameInBoth(origin: string, models: readonly RecordedModel[]): void {
  const known = new Map<string, string>()
  for (const model of models) {
    const facts = canonicalJson(model)
    if ((known.get(model.id) ?? facts) !== facts) {
      const message = `The run ${origin} has the model ${model.id} with other facts: another price, window, server or class. Give it the same, or name another model.`
      throw new WritError('BAD_FORK', message, { run: origin })
    }
    known.set(model.id, facts)
  }
}
