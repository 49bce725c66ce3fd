import { WritError } from '@writ/contract'
import type { RunOptions } from '../../files/options.ts'
import { type Planned, planCard } from './plan-card.ts'

/** What a run may cost at most without anybody being asked: 5 USD. */
export const CONFIRM_ABOVE_MICRO_USD = 5_000_000

/**
 * Asks whoever wants to be asked about a run that could cost more than they said. A cost nobody knows asks nobody. Rejects
 * with `NOT_CONFIRMED`.
 */
export async function confirmPlan(
  { confirm, confirmAboveMicroUsd = CONFIRM_ABOVE_MICRO_USD }: RunOptions,
  planned: Planned,
): Promise<void> {
  const { costMicroUsd } = planned.bound
  if (confirm === undefined || costMicroUsd === null || costMicroUsd <= confirmAboveMicroUsd) return
  if (await confirm(await planCard(planned))) return
  throw new WritError('NOT_CONFIRMED', 'The plan of the run was not confirmed.')
}
