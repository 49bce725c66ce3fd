import { type Limits, LONGEST_TIMEOUT_MS } from '@writ/contract'
import { z } from 'zod'

/** Limits as a configuration writes them: by the names of the flags, USD and seconds. */
export type ConfiguredLimits = { readonly [K in keyof Limits]?: Limits[K] | undefined }

const whole = (least: number): z.ZodNumber => z.number().int().min(least)

export const limitsSchema: z.ZodType<ConfiguredLimits> = z
  .strictObject({
    maxCost: z.number().min(0).max(1e9),
    maxTokens: whole(0),
    maxCalls: whole(0),
    maxDepth: whole(0),
    maxTurns: whole(1),
    timeout: z
      .number()
      .min(0.001)
      .max(LONGEST_TIMEOUT_MS / 1000),
    concurrency: whole(1),
    maxWorkerTurns: whole(1),
    maxWorkerCalls: whole(0),
    maxVerifierTurns: whole(1),
    maxVerifierCalls: whole(0),
  })
  .partial()
  .transform(({ maxCost, timeout, ...rest }) => ({
    ...rest,
    ...(maxCost === undefined ? {} : { maxCostMicroUsd: Math.floor(maxCost * 1e6) }),
    ...(timeout === undefined ? {} : { timeoutMs: Math.floor(timeout * 1e3) }),
  }))

/** The limits, with those in their place that are written. */
export function configured(held: Limits, by: ConfiguredLimits): Limits {
  return { ...held, ...Object.fromEntries(Object.entries(by).filter(([, value]) => value !== undefined)) }
}

/** The limits, each lowered where another limit is lower. */
export function tightened(held: Limits, by: ConfiguredLimits): Limits {
  const lower = Object.entries(by).filter(([name, value]) => {
    const most = held[name as keyof Limits]
    return value !== undefined && value !== null && (most === null || most === undefined || value < most)
  })
  return { ...held, ...Object.fromEntries(lower) }
}
