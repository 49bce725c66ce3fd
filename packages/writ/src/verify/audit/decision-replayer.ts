import type {
  Action,
  Decision,
  DecisionPoint,
  DecisionRequest,
  Label,
  ProfileFacts,
  RecordedDecision,
  ResourceFacts,
} from '@writ/contract'
import { refuse } from '@writ/evidence'

/** What is asked of the pinned policy again. */
export interface Question {
  readonly action: Action
  /** `type:id`. */
  readonly resource: string
  readonly taint: Label
  readonly depth: number
  readonly profile: string
  readonly discharged: readonly string[]
  /** The plan hash of the script that the frame follows, or one above it. */
  readonly planHash: string | undefined
  /** What the record says came of it. */
  readonly recorded: Pick<RecordedDecision, 'verdict' | 'policies' | 'reason'>
  readonly at: string
}

/** Facts of what a question is about: more than one candidate where the record leaves that open. */
export type FactsOf = (resource: string) => readonly ResourceFacts[]

/** Answers kept; a run asks few different questions again and again. */
const KEPT_ANSWERS = 50_000

/** Asks questions of a decision point, equal ones once, and holds the answers against the record. */
export class DecisionReplayer {
  readonly #point: DecisionPoint
  readonly #base: Pick<DecisionRequest, 'user' | 'purpose'>
  readonly #answers = new Map<string, readonly Decision[]>()
  #distinct = 0
  #asked = 0
  /** Denials because the engine failed at the time: they cannot be made again. */
  #failures = 0

  constructor(point: DecisionPoint, base: Pick<DecisionRequest, 'user' | 'purpose'>) {
    this.#point = point
    this.#base = base
  }

  get counts(): { asked: number; distinct: number; failures: number } {
    return { asked: this.#asked, distinct: this.#distinct, failures: this.#failures }
  }

  /** Whether the policy allows what leaves no record. */
  async allows(question: Omit<Question, 'recorded'>, factsOf: FactsOf): Promise<boolean> {
    this.#asked += 1
    const answers = await this.#answer(question, factsOf)
    return answers.some(({ verdict }) => verdict === 'allow')
  }

  /** Refuses with `DECISION_DIFFERS`. */
  async ask(question: Question, factsOf: FactsOf): Promise<void> {
    const { recorded, at } = question
    this.#asked += 1
    if (recorded.verdict === 'deny' && recorded.reason === 'engine-error') {
      this.#failures += 1
      return
    }
    const answers = await this.#answer(question, factsOf)
    if (answers.some((answer) => agrees(answer, recorded))) return
    const [{ verdict, policies, reason } = NOTHING] = answers
    const decided = `${verdict} by ${policies.join(', ') || 'no policy'} (${reason})`
    const what = `${question.action} on ${question.resource}`
    const said = `${recorded.verdict} by ${recorded.policies.join(', ') || 'no policy'} (${recorded.reason})`
    refuse('DECISION_DIFFERS', `${what} was recorded as ${said}; the pinned policy says ${decided}.`, at)
  }

  async #answer(question: Omit<Question, 'recorded'>, factsOf: FactsOf): Promise<readonly Decision[]> {
    const { action, resource, taint, depth, profile, discharged, planHash } = question
    const key = JSON.stringify([action, resource, taint, depth, profile, discharged, planHash])
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const asker = this.#profile(profile, question.at)
    const answers = await Promise.all(
      factsOf(resource).map((facts) =>
        this.#point.decide({
          ...this.#base,
          profile: asker,
          action,
          resource: facts,
          taint,
          depth,
          discharged,
          planHash,
        }),
      ),
    )
    if (this.#answers.size >= KEPT_ANSWERS) this.#answers.clear()
    this.#answers.set(key, answers)
    this.#distinct += 1
    return answers
  }

  #profile(id: string, at: string): ProfileFacts {
    try {
      return this.#point.profile(id)
    } catch {
      refuse('LINEAGE_NOT_DERIVED', `The bundle has no profile ${id}.`, at)
    }
  }
}

const NOTHING = { verdict: 'deny', policies: [], reason: 'no-answer' } as const

function agrees({ verdict, policies, reason }: Decision, recorded: Question['recorded']): boolean {
  return (
    verdict === recorded.verdict &&
    reason === recorded.reason &&
    policies.length === recorded.policies.length &&
    policies.every((policy, i) => policy === recorded.policies[i])
  )
}
