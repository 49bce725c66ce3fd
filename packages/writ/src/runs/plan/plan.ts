import { BOTTOM, DEFAULT_LIMITS, defined, joinLabels, label, type PlanCard, readChecks } from '@writ/contract'
import type { AskedOptions, WritOptions } from '../../files/options.ts'
import type { HomeServices } from '../../home/home-services.ts'
import { RETENTION_CLASS } from '../../ledger/index.ts'
import { createReasoner } from '../../reasoning/index.ts'
import { authorise } from '../authorise.ts'
import { checkCompletion } from '../check-completion.ts'
import { DEFAULT_LEVEL, hasStore, openContext, reopenContext, requireContext } from '../context.ts'
import { conversationOf, earlierOf, queryOf } from '../conversation.ts'
import { modelsAsBefore } from '../fork.ts'
import { accessOf, openModels } from '../models.ts'
import { planCard } from './plan-card.ts'
import { scripted } from './scripted.ts'

/** The plan card of a question: what a run of it would do and cost. No model is asked, and there is no run. */
export async function plan(
  services: HomeServices,
  options: WritOptions,
  asked: AskedOptions,
): Promise<PlanCard> {
  const wanted = { ...options.limits, ...asked.limits }
  const question = queryOf(asked)
  const { strategies } = createReasoner()
  checkCompletion(question, asked, wanted, { strategies, retentionClass: RETENTION_CLASS })
  const given = await scripted(asked, { ...DEFAULT_LIMITS, ...wanted })
  const { limits } = given
  if ('context' in asked) requireContext(services.home, asked)
  const policy = await services.policy()
  const earlier = await earlierOf(services, asked)
  const models =
    earlier === undefined || options.model !== undefined
      ? await openModels(options, policy, limits)
      : await modelsAsBefore(earlier.run, { ...earlier, limits }, policy, options, accessOf(options))
  const conversation = await conversationOf(services, asked, earlier, { limits, model: models.root })
  const signal = asked.signal ?? new AbortController().signal
  await using opened = new AsyncDisposableStack()
  const store = await ('context' in asked
    ? openContext(services, asked, policy, signal, asked.onEvent ?? ignore)
    : reopenContext(services, earlier))
  if (!hasStore(asked)) opened.defer(() => store.close())
  return await planCard({
    question,
    questionLabel: joinLabels(label(DEFAULT_LEVEL), conversation?.label ?? BOTTOM),
    strategy: asked.strategy ?? 'auto',
    ...defined({ script: given.script }),
    authority: authorise(policy, asked),
    models,
    ...given.bounded(models, store),
    policy,
    store,
    ledger: await services.ledger(),
    votes: readChecks(asked.verify ?? []).votes,
  })
}

function ignore(): void {
  // Nobody watches.
}
