import type { PlanCard } from '@writ/contract'
import type { AskedOptions, WritOptions } from '../../files/options.ts'
import type { HomeServices } from '../../home/home-services.ts'
import { checkQuestion, openAsked, prepareQuestion } from '../question.ts'
import { planCard } from './plan-card.ts'

/** The plan card of a question: what a run of it would do and cost. No model is asked, and there is no run. */
export async function plan(
  services: HomeServices,
  options: WritOptions,
  asked: AskedOptions,
): Promise<PlanCard> {
  const checked = await checkQuestion(services.home, options, asked)
  const prepared = await prepareQuestion(services, options, asked, checked)
  const { request, policy, conversation } = prepared
  const signal = asked.signal ?? new AbortController().signal
  await using opened = new AsyncDisposableStack()
  const store = await openAsked(services, asked, prepared, signal, opened)
  const ledger = await services.ledger()
  const bounded = checked.bounded({ ...request, conversation, store })
  return await planCard({ ...request, ...bounded, policy, store, ledger })
}
