import {
  type Action,
  type Decision,
  type Denial,
  type Label,
  type ProfileFacts,
  type RecordedDecision,
  type ResourceFacts,
  WritError,
} from '@writ/contract'
import type { Authority, KernelPorts } from '../basis/ports.ts'

/** What the gate must know of the frame that asks. All of it is the kernel's own, none an argument of a request. */
export interface DecisionContext {
  readonly lane: string
  readonly depth: number
  readonly profile: ProfileFacts
  /** The plan hash of the script that it follows, or that a frame above it does. */
  readonly planHash: string | undefined
}

/** A decision and how it is recorded. */
export interface DecisionResult {
  readonly decision: Decision
  readonly recorded: RecordedDecision
}

/** Asks the decision point with host facts only, tells whoever watches, and counts what was refused. */
export class Gate {
  readonly #ports: Pick<KernelPorts, 'policy' | 'onEvent' | 'clock'>
  readonly #authority: Authority
  readonly #denials = new Map<string, Denial>()
  readonly #halt: (error: WritError) => void
  #decideMs = 0
  #decisions = 0

  constructor(
    ports: Pick<KernelPorts, 'policy' | 'onEvent' | 'clock'>,
    authority: Authority,
    halt: (error: WritError) => void,
  ) {
    this.#ports = ports
    this.#authority = authority
    this.#halt = halt
  }

  /** Milliseconds spent deciding, and how many decisions were asked for. */
  get cost(): { decideMs: number; decisions: number } {
    return { decideMs: this.#decideMs, decisions: this.#decisions }
  }

  /** What policy refused, in one order whatever raced. */
  get denials(): Denial[] {
    return [...this.#denials.entries()]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, denial]) => denial)
  }

  async decide(
    asker: DecisionContext,
    action: Action,
    resource: ResourceFacts,
    taint: Label,
    discharged: readonly string[] = [],
  ): Promise<DecisionResult> {
    const started = this.#ports.clock.monotonic()
    const decision = await this.#ports.policy.decide({
      user: this.#authority.user,
      profile: asker.profile,
      action,
      resource,
      purpose: this.#authority.purpose,
      taint,
      depth: asker.depth,
      discharged,
      planHash: asker.planHash,
    })
    this.#decideMs += this.#ports.clock.monotonic() - started
    this.#decisions += 1
    const { verdict, policies, reason } = decision
    const named = `${resource.type}:${resource.id}`
    this.#ports.onEvent({
      type: 'decision',
      lane: asker.lane,
      action,
      resource: named,
      verdict,
      policies,
      reason,
    })
    if (verdict !== 'allow' && decision.halt) this.#halt(denial(action, named, policies, reason))
    return {
      decision,
      recorded: { action, resource: named, taint, depth: asker.depth, discharged, verdict, policies, reason },
    }
  }

  /** A decision as it was recorded: the question is the host's own of now, what was answered is the record's. */
  recall(
    asker: DecisionContext,
    action: Action,
    resource: string,
    discharged: readonly string[],
    given: RecordedDecision,
  ): DecisionResult {
    const { verdict, policies, reason } = given
    return {
      decision: { verdict, policies, reason, halt: false, obligations: [] },
      recorded: { ...given, action, resource, depth: asker.depth, discharged },
    }
  }

  /**
   * Counts a refusal for the answer's `denials`, and gives the error for it. A refusal that was recorded ends a run that
   * goes on just as it did when it was decided.
   */
  denied(action: string, resource: string, policies: readonly string[], reason: string): WritError {
    if (this.#ports.policy.halts(policies)) this.#halt(denial(action, resource, policies, reason))
    const key = JSON.stringify([action, resource, policies, reason])
    const count = (this.#denials.get(key)?.count ?? 0) + 1
    this.#denials.set(key, { action, resource, policies, reason, count })
    return denial(action, resource, policies, reason)
  }
}

function denial(action: string, resource: string, policies: readonly string[], reason: string): WritError {
  const by = policies.length > 0 ? ` by ${policies.join(', ')}` : ''
  return new WritError('POLICY_DENIED', `${action} on ${resource} is denied${by} (${reason}).`, {
    data: { action, resource, policies, reason },
  })
}
