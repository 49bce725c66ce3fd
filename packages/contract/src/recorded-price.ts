import type { Price } from './budget.ts'
import { defined } from './defined.ts'
import type { RecordedModel } from './record.ts'

/** The price that the record of a model has; null when it has none. */
export function recordedPrice({
  inputNanoUsd,
  outputNanoUsd,
  cachedInputNanoUsd,
}: Pick<RecordedModel, 'inputNanoUsd' | 'outputNanoUsd' | 'cachedInputNanoUsd'>): Price | null {
  if (inputNanoUsd === null || outputNanoUsd === null) return null
  return { inputNanoUsd, outputNanoUsd, ...defined({ cachedInputNanoUsd }) }
}
