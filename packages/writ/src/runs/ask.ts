import { join, resolve, sep } from 'node:path'
import { type Answer, BOTTOM, DEFAULT_LIMITS, defined, joinLabels, label, readChecks } from '@writ/contract'
import { openQuorum } from '../admin/quorum.ts'
import { evidencePath } from '../files/evidence-path.ts'
import { uuidV7 } from '../files/ids.ts'
import type { AskedOptions, WritOptions } from '../files/options.ts'
import { VERSION } from '../files/version.ts'
import { prepareEvidencePath } from '../files/write-evidence.ts'
import type { HomeServices } from '../home/home-services.ts'
import { executeRun, requireConfinement, systemClock } from '../kernel/index.ts'
import { RETENTION_CLASS, recordRetention } from '../ledger/index.ts'
import { spareWorker as spareMemory } from '../memory/index.ts'
import { callModel } from '../models/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { answerSchema } from './answer-schema.ts'
import { authorise } from './authorise.ts'
import { checkCompletion } from './check-completion.ts'
import { DEFAULT_LEVEL, hasStore, openContext, reopenContext, requireContext } from './context.ts'
import { conversationOf, earlierOf, queryOf } from './conversation.ts'
import { startDeadline } from './deadline.ts'
import { deliver } from './deliver.ts'
import { modelsAsBefore } from './fork.ts'
import { accessOf, openModels } from './models.ts'
import { confirmPlan } from './plan/confirm-plan.ts'
import { scripted } from './plan/scripted.ts'

/** Asks one question. Resolves with whatever the run came to; rejects when it could not begin or be recorded. */
export async function ask(
  services: HomeServices,
  options: WritOptions,
  { schema, ...asked }: AskedOptions,
): Promise<Answer> {
  const { home } = services
  const reasoner = createReasoner()
  const { strategies } = reasoner
  const wanted = { ...options.limits, ...asked.limits }
  const query = queryOf(asked)
  checkCompletion(query, asked, wanted, { strategies, retentionClass: RETENTION_CLASS })
  const started = systemClock.monotonic()
  const elapsed = (): number => (asked.elapsedMs ?? 0) + systemClock.monotonic() - started
  const given = await scripted(asked, { ...DEFAULT_LIMITS, ...wanted })
  const { script } = given
  const onEvent = asked.onEvent ?? ignore
  const typed = await answerSchema(schema, given.output)
  await using opened = new AsyncDisposableStack()
  const deadline = opened.adopt(startDeadline(given.limits, elapsed(), asked.signal), (clock) => clock.stop())
  // INVARIANT: nothing is made until every option has been checked, and nothing is read or spent before the home opens.
  if ('context' in asked) requireContext(home, asked)
  if (!hasStore(asked)) spareMemory.start() // it starts while policy does
  const policy = await services.policy()
  const authority = authorise(policy, asked)
  const earlier = await earlierOf(services, asked)
  // A follow-up that names no model has those of the run it goes on from, where that one reached them.
  const before = options.model === undefined ? earlier : undefined
  const [models, quorum] = await Promise.all([
    before === undefined
      ? openModels(options, policy, given.limits)
      : modelsAsBefore(before.run, { ...before, limits: given.limits }, policy, options, accessOf(options)),
    openQuorum(home, options),
  ])
  const { root: model } = models
  const conversation = await conversationOf(services, asked, earlier, { limits: given.limits, model })
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
  const store = await ('context' in asked
    ? openContext(services, asked, policy, preparing, onEvent)
    : reopenContext(services, earlier))
  if (!hasStore(asked)) opened.defer(() => store.close())
  const sandbox = await services.sandboxes.open()
  opened.defer(() => sandbox.close())
  requireConfinement(policy, sandbox.confinement)
  const { limits, bound } = given.bounded(models, store)
  const question = {
    question: query,
    questionLabel: joinLabels(label(DEFAULT_LEVEL), conversation?.label ?? BOTTOM),
    strategy: asked.strategy ?? 'auto',
    ...defined({ script }),
    authority,
    models,
  }
  const checked = readChecks(asked.verify ?? [])
  await confirmPlan(asked, { ...question, limits, bound, policy, store, ledger, votes: checked.votes })
  preparing.throwIfAborted()
  const retention = asked.retention ?? earlier?.retention
  if (retention !== undefined) recordRetention(home, run, retention)
  const log = await ledger.open(run, query, systemClock.now())
  opened.defer(() => ledger.leave(run))
  deadline.clear()
  const request = {
    run,
    ...question,
    ...checked,
    limits,
    version: VERSION,
    signal: deadline.interrupted,
    ...defined({ suspend: asked.suspend, conversation, answerSchema: typed }),
    elapsedMs: elapsed(),
    setup: {
      baseUrl: options.baseUrl ?? before?.setup.baseUrl ?? null,
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
