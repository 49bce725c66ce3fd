import type {
  Clock,
  ContextStore,
  CountCalls,
  DecisionPoint,
  ModelCaller,
  ModelProfile,
  ProfileFacts,
  Reasoner,
  RunEvent,
  RunLog,
  Sandbox,
  Signer,
  SinkFacts,
  TransparencyLog,
  UserFacts,
  Witnesses,
} from '@writ/contract'
import type { ModelList } from './model-list.ts'

/** What the kernel needs from the rooms around it. It knows the ports, never an adapter. */
export interface KernelPorts {
  readonly clock: Clock
  readonly store: ContextStore
  readonly policy: DecisionPoint
  readonly sandbox: Sandbox
  readonly reasoner: Reasoner
  readonly signer: Signer
  readonly callModel: ModelCaller
  readonly countCalls: CountCalls
  readonly log: RunLog
  /** Where the statements about the run go; a run that is done again makes none. */
  readonly transparency?: TransparencyLog
  /** Notes, before `run.close` is written at this step of the root, that the run leaves notes; a run that is done again does not. */
  readonly keepNotes?: (closing: number) => Promise<void>
  /** Whom an answer waits for; nobody when absent. */
  readonly witnesses?: Witnesses
  readonly onEvent: (event: RunEvent) => void
}

/** Who a run acts for and by what: resolved before the run opens, fixed while it lasts. */
export interface Authority {
  readonly user: UserFacts
  readonly purpose: string
  readonly orchestrator: ProfileFacts
  readonly worker: ProfileFacts
  /** Only of a run whose claims are checked. */
  readonly verifier?: ProfileFacts
  /** Only of a run whose answer is compared with others. */
  readonly voter?: ProfileFacts
  readonly sink: SinkFacts
}

/** The models of a run: the root's and the one for sub-calls, those that stand in for each, and a verifier's own. */
export interface RunModels {
  readonly root: ModelProfile
  readonly sub: ModelProfile
  /** Absent when no model stands in for another. */
  readonly fallbacks?: Fallbacks
  /** Of a frame that checks claims; absent where it has those of sub-calls. */
  readonly verifier?: ModelList
}

export interface Fallbacks {
  readonly root: readonly ModelProfile[]
  readonly sub: readonly ModelProfile[]
}
