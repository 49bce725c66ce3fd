import { join, resolve, sep } from 'node:path'
import { type Answer, DEFAULT_LIMITS, defined, label } from '@writ/contract'
import { openQuorum } from '../admin/quorum.ts'
import { evidencePath } from '../files/evidence-path.ts'
import { uuidV7 } from '../files/ids.ts'
import type { CompletionOptions, WritOptions } from '../files/options.ts'
import { VERSION } from '../files/version.ts'
import { prepareEvidencePath } from '../files/write-evidence.ts'
import type { HomeServices } from '../home/home-services.ts'
import { executeRun, requireConfinement, systemClock } from '../kernel/index.ts'
import { RETENTION_CLASS, recordRetention } from '../ledger/index.ts'
import { startSpareWorker } from '../memory/index.ts'
import { callModel } from '../models/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { authorise } from './authorise.ts'
import { checkCompletion } from './check-completion.ts'
import { DEFAULT_LEVEL, isStore, openContext, requireContext } from './context.ts'
import { startDeadline } from './deadline.ts'
import { deliver } from './deliver.ts'
import { openModels } from './models.ts'
import { confirmPlan } from './plan/confirm-plan.ts'
import { scripted } from './plan/scripted.ts'

/** Asks one question. Resolves with whatever the run came to; rejects when it could not begin or be recorded. */
export async function ask(
  services: HomeServices,
  options: WritOptions,
  asked: CompletionOptions,
): Promise<Answer> {
  const { home } = services
  const reasoner = createReasoner()
  const { strategies } = reasoner
  const wanted = { ...options.limits, ...asked.limits }
  checkCompletion(asked, wanted, { strategies, retentionClass: RETENTION_CLASS })
  const started = systemClock.monotonic()
  const elapsed = (): number => (asked.elapsedMs ?? 0) + systemClock.monotonic() - started
  const given = await scripted(asked, { ...DEFAULT_LIMITS, ...wanted })
  const { script } = given
  const onEvent = asked.onEvent ?? ignore
  await using opened = new AsyncDisposableStack()
  const deadline = opened.adopt(startDeadline(given.limits, elapsed(), asked.signal), (clock) => clock.stop())
  // INVARIANT: nothing is made until every option has been checked, and nothing is read or spent before the home opens.
  requireContext(home, asked)
  if (!isStore(asked.context)) startSpareWorker() // it starts while policy does
  const policy = await services.policy()
  const authority = authorise(policy, asked)
  const [models, quorum] = await Promise.all([
    openModels(options, policy, given.limits),
    openQuorum(home, options),
  ])
  const run = uuidV7(systemClock.now())
  const path = resolve(asked.out ?? evidencePath(home, run))
  const inHome = path.startsWith(join(home, sep))
  if (!inHome) await prepareEvidencePath(path, false)
  const [signer, ledger, transparency] = await Promise.all([
    services.signer(),
    services.ledger(),
    services.log(),
  ])
  if (inHome) await prepareEvidencePath(path, asked.out === undefined)
  const preparing = AbortSignal.any([
    deadline.signal,
    ...(asked.suspend === undefined ? [] : [asked.suspend]),
  ])
  services.sandboxes.warm() // it comes up while the context is read
  const store = await openContext(services, asked.context, asked, policy, preparing, onEvent)
  if (!isStore(asked.context)) opened.defer(() => store.close())
  const sandbox = await services.sandboxes.open()
  opened.defer(() => sandbox.close())
  requireConfinement(policy, sandbox.confinement)
  const { limits, bound } = given.bounded(models, store)
  const question = {
    question: asked.query,
    questionLabel: label(DEFAULT_LEVEL),
    strategy: asked.strategy ?? 'auto',
    ...defined({ script }),
    authority,
    models,
  }
  await confirmPlan(asked, { ...question, limits, bound, policy, store, ledger })
  preparing.throwIfAborted()
  if (asked.retention !== undefined) recordRetention(home, run, asked.retention)
  const log = await ledger.open(run, asked.query, systemClock.now())
  opened.defer(() => ledger.leave(run))
  deadline.clear()
  const request = {
    run,
    ...question,
    limits,
    version: VERSION,
    signal: deadline.interrupted,
    ...defined({ suspend: asked.suspend }),
    elapsedMs: elapsed(),
    setup: {
      baseUrl: options.baseUrl ?? null,
      policy: options.policy === undefined ? null : resolve(options.policy),
      evidence: path,
      witnesses: options.witnesses ?? [],
      witnessQuorum: options.witnessQuorum ?? options.witnesses?.length ?? 0,
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
    sandbox,
  }
  return await deliver(await executeRun(request, ports), path, onEvent)
}

function ignore(): void {
  // Nobody watches.
}
