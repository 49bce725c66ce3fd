import type {
  ApiKey,
  AskedCheck,
  ContextStore,
  IngestProgress,
  Json,
  Label,
  LabelRule,
  Limits,
  ModelRates,
  PlanCard,
  Price,
  ReplLanguage,
  RunEvent,
  TextSource,
} from '@writ/contract'
import type { ModelObject, ModelTable, ProfileTable } from '../models/index.ts'
import type { AnswerSchema } from './answer-schema.ts'

/** Where the state is when nobody says. */
export const DEFAULT_HOME = '.writ'

/** `provider/id`, or a model object of the AI SDK. */
export type GivenModel = string | ModelObject

/** A model, or several in the order in which they are asked. */
export type GivenModels = GivenModel | readonly GivenModel[]

/** How a Writ is set up. Everything has a default but nothing is guessed: no key, no price, no clearance. */
export interface WritOptions {
  /** State directory; `.writ` in the working directory by default. */
  readonly home?: string
  /** Directory of a policy bundle; the built-in personal bundle by default. */
  readonly policy?: string
  /** Directory of wheels that cells of Python can import, made for Pyodide; none by default. */
  readonly pythonPackages?: string
  /** `builtin/extractive` by default. Of several, the next is asked where policy denies one or it refuses for good. */
  readonly model?: GivenModels
  /** Model of sub-calls and child frames, or several; `model` by default. */
  readonly subModel?: GivenModels
  /** Model of the frame that checks claims and of its sub-calls, or several; that of sub-calls by default. Only where claims are checked. */
  readonly verifierModel?: GivenModels
  /** A server for all models, which speaks the protocol of their provider, else that of OpenAI. What follows here up to the window is for named models only. */
  readonly baseUrl?: string
  /** A key goes to `baseUrl`, else to the vendor of the models; a function gives the key for each server that is asked. */
  readonly apiKey?: ApiKey
  /** Where `ollama/…` is reached without a `baseUrl`, as `OLLAMA_HOST` says it; port 11434 of this machine by default. */
  readonly ollamaHost?: string
  /** Price of the models named here. */
  readonly price?: Price
  /** Prices by model id, where `price` is not given. */
  readonly prices?: Readonly<Record<string, Price>>
  /** What is known of named models: dated prices, windows, rates. It stands over `prices`. */
  readonly models?: ModelTable
  /** How frames of a model are told to work, by its id or a pattern of ids: over the profiles that come with Writ. */
  readonly profiles?: ProfileTable
  /** How much may be asked of each model at most, over what `models` says. */
  readonly rates?: ModelRates
  /** Tokens that the models named here take, over what `models` says; 128,000 where nobody says. */
  readonly contextWindow?: number
  readonly limits?: Partial<Limits>
  /** URLs of witnesses. With any, an answer is handed out only once the quorum has cosigned the log that holds its run. */
  readonly witnesses?: readonly string[]
  /** Distinct pinned witness keys that have to cosign; all witnesses by default. */
  readonly witnessQuorum?: number
  /** Milliseconds witnesses have to answer; 10,000 by default. */
  readonly witnessTimeoutMs?: number
}

/** What a question is asked over. */
export type ContextSource =
  | string
  | readonly TextSource[]
  | SourcePaths
  | { readonly corpus: string }
  | ContextStore

/** Files and directories. */
export interface SourcePaths {
  /** Named one by one: a file that holds keys is read because it is named here. */
  readonly paths: readonly string[]
  /** Found, not named: by a glob, or in a project file. Files that hold keys are left out. */
  readonly matched?: readonly string[]
}

/** A validator: the path of a `.js` or `.ts` file, or its code with what it is called. */
export type ValidatorSource = string | { readonly name: string; readonly code: string }

/** How a run is made, whatever it is asked over. */
export interface RunOptions {
  /** What the answer's value must fit: zod, or JSON Schema. A release that does not is returned to its frame. */
  readonly schema?: AnswerSchema
  /** `auto` by default. `script:<name>` is a script that comes with Writ, `script:<path>` one of a file. */
  readonly strategy?: string
  /** What a script is given as `input`; `{}` by default. */
  readonly input?: Json
  /** What its frames write their cells in, over what the profile of the model says; JavaScript by default. */
  readonly repl?: ReplLanguage
  /** Scripts that the frames of the run may run by name: names of those that come with Writ, or paths. None by default. */
  readonly scripts?: readonly string[]
  /**
   * What a release has to pass before it leaves: `citations`, `claims`, `votes:3`; nothing by default. What fails goes back to the
   * root while it has turns.
   */
  readonly verify?: readonly AskedCheck[]
  /** What the released value must pass: files, or code. A release that does not pass goes back to its frame. */
  readonly validators?: readonly ValidatorSource[]
  /** User the run acts for; the user of the process by default. */
  readonly principal?: string
  readonly purpose?: string
  /** Limits of this run, over those of the Writ. */
  readonly limits?: Partial<Limits>
  /** Retention class, kept beside the run: how long until `eraseExpired` may take it. Kept without end by default. */
  readonly retention?: string
  /** Where the evidence file goes; `<home>/runs/<run>.writ` by default. */
  readonly out?: string
  /** Ends the run at the next step; what it has is recorded. */
  readonly signal?: AbortSignal
  /** Stops the run at the next step and leaves it open for `resume`; the completion rejects with `SUSPENDED`. */
  readonly suspend?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
  /**
   * Asked with the plan card before anything is spent, when the run could cost more than `confirmAboveMicroUsd`; the completion
   * rejects with `NOT_CONFIRMED` when it says no. Nobody is asked by default.
   */
  readonly confirm?: (card: PlanCard) => boolean | Promise<boolean>
  /** 5 USD by default. */
  readonly confirmAboveMicroUsd?: number
  /** Whether notes of earlier runs of the corpus are given to it, and its own to later ones; true by default. */
  readonly notes?: boolean
  /** Milliseconds of the time limit already gone when the question is asked; 0 by default. */
  readonly elapsedMs?: number
}

/** What a question is asked over, and how its documents are labelled. */
export interface ContextOptions extends RunOptions {
  /** A text, texts with ids, `{paths}`, the name of a kept corpus (`{corpus}`), or a store. */
  readonly context: ContextSource
  /** Label of documents no rule names; `internal`, untrusted, by default. */
  readonly label?: Label
  readonly labels?: readonly LabelRule[]
  /** Globs of files to read although they hold secrets, relative to the directory given. */
  readonly includeSecret?: readonly string[]
}

/** One question. */
export interface CompletionOptions extends ContextOptions {
  readonly query: string
}

/** A conversation, as chat applications have it: its last message, a user's, is the question. */
export interface ChatOptions extends ContextOptions {
  readonly messages: readonly ChatMessage[]
}

/** A question that goes on from a finished run of the home, over the corpus of that run. */
export interface FollowUpOptions extends RunOptions {
  readonly query: string
  /** Id of the run. */
  readonly continue: string
}

/** The forms in which something is asked. */
export type AskedOptions = CompletionOptions | ChatOptions | FollowUpOptions

/** A message of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string | readonly { readonly type: 'text'; readonly text: string }[]
  /** `internal` by default, and untrusted where an assistant said it. */
  readonly label?: Label
  /** The run of the home whose answer this is: its label is then that of the run, and the evidence names the run. */
  readonly run?: string
}

/** What to ingest and keep under a name. */
export interface IngestOptions extends SourcePaths {
  readonly label?: Label
  readonly labels?: readonly LabelRule[]
  /** Globs of files to read although they hold secrets, relative to the directory given. */
  readonly includeSecret?: readonly string[]
  readonly principal?: string
  readonly purpose?: string
  readonly signal?: AbortSignal
  /** Read every file again, also those whose size and times are as they were. */
  readonly rehash?: boolean
  readonly onProgress?: (progress: IngestProgress) => void
}
