import { type Amount, type ModelProfile, totalTokens } from '@writ/contract'
import { derive } from '@writ/evidence'
import type { AttemptPorts } from '../basis/attempts.ts'
import { covers, type StandingReservation } from '../basis/budget-pool.ts'
import type { StepId } from '../basis/step-id.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'

/** What a server is told a request by, each time that it is sent. */
export function idempotencyKey(runKey: Uint8Array, { lane, n }: StepId, item: number): string {
  return Buffer.from(derive(runKey, `idempotency|${lane}|${n}|${item}`)).toString('hex')
}

/** A request as its attempts need it. */
export interface Attempting {
  readonly model: ModelProfile
  /** The worst case of one attempt. */
  readonly bound: Amount
  readonly signal: AbortSignal
  /** Records a retry durably before it is sent. */
  readonly retrying: (attempt: number) => Promise<void>
}

/** Where the attempts of a request get their slots and their room; the first may have room held back for it. */
export function attemptPorts(
  { slots, ports, suspension }: RunState,
  lane: FrameState,
  { model, bound, signal, retrying }: Attempting,
  held: StandingReservation | undefined,
): AttemptPorts {
  const { share } = lane
  let unused = held
  return {
    callModel: (languageModel, request) => suspension.track(ports.callModel(languageModel, request)),
    slots: slots(model),
    demand: { depth: lane.depth, tokens: totalTokens(bound) },
    monotonic: () => ports.clock.monotonic(),
    reserve: async () => {
      await suspension.pass()
      const hold = unused
      unused = undefined
      if (hold !== undefined && covers(hold.bound, bound)) return hold.use()
      hold?.release()
      const reservation = await share.pool.reserve(bound, signal)
      share.draw(lane.label)
      return reservation
    },
    retrying,
  }
}
