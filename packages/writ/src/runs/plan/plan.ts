import { DEFAULT_LIMITS, defined, label, type PlanCard } from '@writ/contract'
import type { CompletionOptions, WritOptions } from '../../files/options.ts'
import type { HomeServices } from '../../home/home-services.ts'
import { RETENTION_CLASS } from '../../ledger/index.ts'
import { createReasoner } from '../../reasoning/index.ts'
import { authorise } from '../authorise.ts'
import { checkCompletion } from '../check-completion.ts'
import { DEFAULT_LEVEL, isStore, openContext, requireContext } from '../context.ts'
import { openModels } from '../models.ts'
import { planCard } from './plan-card.ts'
import { scripted } from './scripted.ts'

/** The plan card of a question: what a run of it would do and cost. No model is asked, and there is no run. */
export async function plan(
  services: HomeServices,
  options: WritOptions,
  asked: CompletionOptions,
): Promise<PlanCard> {
  const wanted = { ...options.limits, ...asked.limits }
  checkCompletion(asked, wanted, { strategies: createReasoner().strategies, retentionClass: RETENTION_CLASS })
  const given = await scripted(asked, { ...DEFAULT_LIMITS, ...wanted })
  requireContext(services.home, asked)
  const policy = await services.policy()
  const authority = authorise(policy, asked)
  const models = await openModels(options, policy, given.limits)
  const signal = asked.signal ?? new AbortController().signal
  await using opened = new AsyncDisposableStack()
  const store = await openContext(services, asked.context, asked, policy, signal, asked.onEvent ?? ignore)
  if (!isStore(asked.context)) opened.defer(() => store.close())
  return await planCard({
    question: asked.query,
    questionLabel: label(DEFAULT_LEVEL),
    strategy: asked.strategy ?? 'auto',
    ...defined({ script: given.script }),
    authority,
    models,
    ...given.bounded(models, store),
    policy,
    store,
    ledger: await services.ledger(),
  })
}

function ignore(): void {
  // Nobody watches.
}
