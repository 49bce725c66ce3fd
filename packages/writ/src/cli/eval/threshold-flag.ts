import { WritError } from '@writ/contract'
import type { Threshold, ThresholdMetric } from '../../index.ts'

const FORM = /^(?:(.+):)?([a-z]+)=(\d+(?:\.\d+)?)$/s

/** Reads `accuracy=0.9`, or `<arm>:accuracy=0.9` for one arm. */
export function failUnder(text: string, before: readonly Threshold[] = []): readonly Threshold[] {
  const { arm, metric, value } = read('--fail-under', ['accuracy'], text)
  return [...before, { ...arm, metric, least: value }]
}

/** Reads `cost=0.05` (USD a question) or `latency=30` (seconds a question), with `<arm>:` before it for one arm. */
export function failOver(text: string, before: readonly Threshold[] = []): readonly Threshold[] {
  const { arm, metric, value } = read('--fail-over', ['cost', 'latency'], text)
  return [...before, { ...arm, metric, most: value }]
}

function read(
  flag: string,
  metrics: readonly ThresholdMetric[],
  text: string,
): { readonly arm: { readonly arm?: string }; readonly metric: ThresholdMetric; readonly value: number } {
  const [, arm, named, number] = FORM.exec(text.trim()) ?? []
  const metric = metrics.find((known) => known === named)
  if (metric === undefined)
    throw new WritError(
      'USAGE',
      `${flag} takes ${metrics.map((known) => `${known}=<number>`).join(' or ')}, with <arm>: before it for one arm, not "${text}".`,
    )
  return { arm: arm === undefined ? {} : { arm }, metric, value: Number(number) }
}
