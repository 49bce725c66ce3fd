/**
 * Every error Writ raises on purpose: how the command line exits for it (1 failure, 2 usage, 3 denied, 4 limit,
 * 5 waiting, 6 verification, 130 interrupted), whether trying again can help, and what to do next. `docs/reference/errors.md` documents
 * each; a test keeps the two equal.
 */
export const ERRORS = {
  // usage and configuration
  USAGE: { exit: 2, retryable: false, next: 'Run the command with --help to see what it takes.' },
  BAD_CONFIG: { exit: 2, retryable: false, next: 'Correct the configuration file at the place named.' },
  BAD_LABEL: {
    exit: 2,
    retryable: false,
    next: 'Give a label as level[:category,…] with level public, internal, confidential, restricted or secret.',
  },
  BAD_SOURCE: {
    exit: 2,
    retryable: false,
    next: 'Name a repository on this machine as git:<path>@<revision>, with a branch, a tag or a hash that it has; or a part of a database as sqlite:<path>#<table> or sqlite:<path>?<SELECT …>.',
  },
  PATH_NOT_FOUND: { exit: 2, retryable: false, next: 'Check the path; nothing was read.' },
  UNKNOWN_MODEL: {
    exit: 2,
    retryable: false,
    next: 'Use builtin/extractive, ollama/<model>, anthropic/<model>, google/<model> or openai/<model> with its key set, or any id with --base-url; `writ setup` finds what is here.',
  },
  PROVIDER_NOT_INSTALLED: {
    exit: 2,
    retryable: false,
    next: 'Install the package that the message names, where Writ is installed.',
  },
  MODEL_NOT_GIVEN: {
    exit: 2,
    retryable: false,
    next: 'Give the program the same model object again, as `model`, `subModel` or `verifierModel` of createWrit; the command line has none.',
  },
  KEY_NOT_BOUND: {
    exit: 2,
    retryable: false,
    next: 'Give --key-env <NAME> for this command, or bind the key to the host in the user configuration under "keys"; `writ setup` writes that.',
  },
  NO_MODEL_FOUND: {
    exit: 1,
    retryable: true,
    next: 'Start a model server (such as `ollama serve`) and run `writ setup` again, or give --base-url, or --model openai/<model> with OPENAI_API_KEY set.',
  },
  CONFIG_UNWRITABLE: {
    exit: 1,
    retryable: false,
    next: 'Check the permissions of the directory, or point XDG_CONFIG_HOME at another; nothing was changed.',
  },
  BAD_SCRIPT: {
    exit: 2,
    retryable: false,
    next: 'Correct the script at the place named; nothing of it ran. `writ scripts` shows what those that come with Writ take.',
  },
  UNKNOWN_SCRIPT: {
    exit: 2,
    retryable: false,
    next: 'Name a script that is there (`writ scripts` lists them), or give the path of a file.',
  },
  BAD_INPUT: {
    exit: 2,
    retryable: false,
    next: 'Give --input <json> or --input-file <file> as the script describes it; `writ scripts` shows how.',
  },
  BAD_QUESTIONS: {
    exit: 2,
    retryable: false,
    next: 'Correct the question at the place named; nothing was asked. A line is one JSON object: {"question": "How many sign?", "gold": 3}.',
  },
  UNKNOWN_EVALUATION: {
    exit: 2,
    retryable: false,
    next: 'Give the id that the evaluation was told under, and the same --home; or leave --resume out.',
  },
  NOT_CONFIRMED: {
    exit: 1,
    retryable: false,
    next: 'Ask again and confirm, give --yes, or set a lower limit such as --max-cost; nothing was sent or spent.',
  },
  UNKNOWN_PRICE: {
    exit: 2,
    retryable: false,
    next: 'Give --price <in>/<out> in USD per million tokens, or drop --max-cost.',
  },
  UNKNOWN_CORPUS: {
    exit: 2,
    retryable: false,
    next: 'List corpora with `writ corpus ls`, or ingest one with `writ ingest <path…> --corpus <name>`.',
  },
  CORPUS_BUSY: {
    exit: 1,
    retryable: true,
    next: 'Wait until the other ingestion of this corpus has ended, or end it; then try again.',
  },
  RUN_NOT_OPENED: {
    exit: 2,
    retryable: false,
    next: 'Ask again: the run was cut off before anything of it was recorded, and nothing was sent or spent.',
  },
  RUN_ENDED: {
    exit: 2,
    retryable: false,
    next: 'Look at it with `writ show <run>`: it has ended, and its record takes nothing more.',
  },
  NOT_ANSWERED: {
    exit: 2,
    retryable: false,
    next: 'Look at it with `writ show <run>`, finish it with `writ resume <run>`, or ask without --continue.',
  },
  BAD_FORK: {
    exit: 2,
    retryable: false,
    next: 'Name a step that `writ show <run>` lists: a call, a read, a cell or a child.',
  },
  RESUME_MISMATCH: {
    exit: 2,
    retryable: false,
    next: 'Bring back what the run began with, or end it with `writ abort <run> --reason …`.',
  },
  UNKNOWN_RUN: { exit: 2, retryable: false, next: 'List runs with `writ runs`.' },
  AMBIGUOUS_RUN: { exit: 2, retryable: false, next: 'Give more of the id of the run that is meant.' },
  RUN_BUSY: {
    exit: 1,
    retryable: true,
    next: 'Wait until the process that writes the run has ended, or end it; then try again.',
  },
  UNKNOWN_USER: { exit: 2, retryable: false, next: 'Name a user the policy bundle knows with --as.' },
  UNKNOWN_PURPOSE: {
    exit: 2,
    retryable: false,
    next: 'Name a purpose the policy bundle knows with --purpose.',
  },
  BAD_POLICY: {
    exit: 2,
    retryable: false,
    next: 'Correct the policy bundle at the place named; nothing ran.',
  },
  EVIDENCE_UNREADABLE: { exit: 2, retryable: false, next: 'Check the path of the evidence file.' },
  // external memory
  EMPTY_CORPUS: {
    exit: 2,
    retryable: false,
    next: 'Give at least one text document; a file left out because it holds secrets is read when you name it, or with --include-secret.',
  },
  BAD_PATTERN: {
    exit: 2,
    retryable: false,
    next: 'Use Rust regular expression syntax: no look-around, no backreferences.',
  },
  BAD_SPAN: {
    exit: 2,
    retryable: false,
    next: 'Use offsets inside the document; `docs()` gives its size in bytes.',
  },
  UNKNOWN_DOCUMENT: {
    exit: 2,
    retryable: false,
    next: 'Use a document id that `docs()`, `search()` or `grep()` returned.',
  },
  UNKNOWN_TABLE: {
    exit: 2,
    retryable: false,
    next: 'Use a table that `tables()` lists, with a name that is no plain word in double quotes.',
  },
  BAD_SQL: {
    exit: 2,
    retryable: false,
    next: 'Write one SELECT over tables that `tables()` lists.',
  },
  SQL_STOPPED: {
    exit: 1,
    retryable: false,
    next: 'Ask for less: fewer rows, fewer columns, no join without a condition.',
  },
  SQL_UNAVAILABLE: {
    exit: 1,
    retryable: false,
    next: 'Install DuckDB where Writ is installed; the message has the command. Everything but `sql` works without it.',
  },
  UNKNOWN_SYMBOL: {
    exit: 2,
    retryable: false,
    next: 'Use a name, or the id of a symbol, that `symbols()` lists.',
  },
  CODE_UNAVAILABLE: {
    exit: 1,
    retryable: false,
    next: 'Install the grammars where Writ is installed; the message has the command. Everything but `symbols` and `links` works without them.',
  },
  // gate
  POLICY_DENIED: {
    exit: 3,
    retryable: false,
    next: 'Read something else, use another model, or ask whoever keeps the policy named.',
  },
  BUDGET_EXCEEDED: { exit: 4, retryable: false, next: 'Raise the limit named, or ask for less.' },
  DEPTH_EXCEEDED: { exit: 4, retryable: false, next: 'Use llm_query at this depth, or raise --max-depth.' },
  TIMED_OUT: { exit: 4, retryable: false, next: 'Raise --timeout, or ask for less.' },
  SUSPENDED: {
    exit: 130,
    retryable: true,
    next: 'Go on with `writ resume <run>`, or end it with `writ abort <run> --reason …`.',
  },
  CANCELLED: { exit: 1, retryable: false, next: 'Nothing: the frame that asked had already ended.' },
  BATCH_FAILED: {
    exit: 1,
    retryable: false,
    next: 'Look at `results` of the error: every completed item is kept there.',
  },
  BAD_REQUEST: {
    exit: 2,
    retryable: false,
    next: 'Call the function with the arguments its usage line names.',
  },
  BAD_SCHEMA: {
    exit: 2,
    retryable: false,
    next: 'Correct the schema at the place named, or leave out the keyword that cannot be checked.',
  },
  INVALID_REPLY: {
    exit: 1,
    retryable: false,
    next: 'Ask for less in one prompt, loosen the schema, or use another model.',
  },
  CITATION_INVALID: {
    exit: 1,
    retryable: false,
    next: 'Cite a span this frame was granted, with a quote that occurs byte-exactly in it.',
  },
  INVALID_ANSWER: {
    exit: 1,
    retryable: false,
    next: 'Release a value that JSON can hold, that fits the size limit, and that fits the schema where there is one.',
  },
  SCRIPT_FAILED: {
    exit: 1,
    retryable: false,
    next: 'Correct the script at the place named, or look at the step it failed in with `writ show <run>`.',
  },
  CHECKS_FAILED: {
    exit: 1,
    retryable: false,
    next: 'Correct the value, cite what supports it, or leave out what nothing supports; then release it again.',
  },
  NO_ANSWER: {
    exit: 1,
    retryable: false,
    next: 'Ask again with more turns, another model, or a narrower question.',
  },
  NO_PROGRESS: {
    exit: 1,
    retryable: false,
    next: 'Ask again with another model or a narrower question; `writ show <run>` has the turns that went in circles.',
  },
  PROSE_ANSWER: {
    exit: 1,
    retryable: false,
    next: 'Check the answer as you would a draft; ask again with more turns, or a model that follows the prompt.',
  },
  LEGAL_HOLD: {
    exit: 3,
    retryable: false,
    next: 'Ask whoever ordered the hold; `writ hold ls` shows it, `writ hold release` ends it.',
  },
  // effects
  MODEL_FAILED: {
    exit: 1,
    retryable: true,
    next: 'Try again later, or use another model; the message has what the provider said.',
  },
  MODEL_REJECTED: {
    exit: 1,
    retryable: false,
    next: 'The provider refuses this request; its message says why.',
  },
  MODEL_TIMEOUT: { exit: 1, retryable: true, next: 'Try again later, or raise the time-out per request.' },
  SANDBOX_FAILED: {
    exit: 1,
    retryable: true,
    next: 'Run `writ doctor`; the sandbox could not be started or broke.',
  },
  PYTHON_NOT_INSTALLED: {
    exit: 2,
    retryable: false,
    next: 'Install the package that the message names, where Writ is installed; `next` has the exact command.',
  },
  PYTHON_PACKAGE_REFUSED: {
    exit: 2,
    retryable: false,
    next: 'Remove the wheel that the message names from the directory of Python packages, or put there one that is made for Pyodide.',
  },
  PYTHON_PACKAGE_MISSING: {
    exit: 2,
    retryable: false,
    next: 'Give the directory that holds the very wheel with `--python-packages <dir>`; another one of the same name would be another run.',
  },
  CONFINEMENT_REDUCED: {
    exit: 3,
    retryable: false,
    next: 'Install bubblewrap where it is missing (`apt install bubblewrap`) and allow user namespaces, or let the policy bundle permit it: "confinement": "filtered" in facts.json (with `npm install deno@2.9.5` where Writ is installed), or "reduced".',
  },
  // ledger and evidence
  LEDGER_FAILED: {
    exit: 1,
    retryable: false,
    next: 'Check disk space and permissions of the home directory; nothing was released.',
  },
  LEDGER_DAMAGED: {
    exit: 1,
    retryable: false,
    next: 'Run `writ doctor` and keep the damaged files. Restore the shard from a backup, or go on knowingly with `writ ledger accept-loss`; other shards can still be read.',
  },
  BACKUP_DAMAGED: {
    exit: 1,
    retryable: false,
    next: 'Use another backup; nothing was restored.',
  },
  BACKUP_BEHIND: {
    exit: 1,
    retryable: false,
    next: 'Restore a newer backup, or start anew in another home; going on from this one would sign a second history.',
  },
  TARGET_EXISTS: { exit: 2, retryable: false, next: 'Choose a directory that is not there yet or is empty.' },
  LOG_FAILED: {
    exit: 1,
    retryable: false,
    next: 'The message says what is wrong; check disk space and permissions of the home too. No answer was released.',
  },
  LOG_ROLLED_BACK: {
    exit: 1,
    retryable: false,
    next: 'Put the newest log.db back. If it is lost, rotate the log key, move the log directory of the home away, and a new log begins.',
  },
  WITNESS_QUORUM: {
    exit: 5,
    retryable: true,
    next: 'Bring the witnesses back and complete the evidence file with `writ log prove <file> --witness <url>`; the answer is in it.',
  },
  LOG_FORKED: {
    exit: 1,
    retryable: false,
    next: 'Put the true log.db back. If it is lost, rotate the log key, move the log directory of the home away, and a new log begins.',
  },
  EVIDENCE_UNWRITABLE: {
    exit: 1,
    retryable: false,
    next: 'Choose another place; what is recorded stays, and what was to be written was not handed out.',
  },
  COLLECTOR_FAILED: {
    exit: 1,
    retryable: true,
    next: 'Check that an OTLP/HTTP collector listens at the address; the run itself is not touched.',
  },
  DISK_FULL: {
    exit: 1,
    retryable: true,
    next: 'Free room on that disk, or choose a directory on another with --home or WRIT_HOME; then give the command again.',
  },
  HOME_UNUSABLE: { exit: 2, retryable: false, next: 'Choose a writable directory with --home or WRIT_HOME.' },
  KEY_UNAVAILABLE: {
    exit: 1,
    retryable: false,
    next: 'Check the key files in the home directory; Writ never falls back to another key.',
  },
  NO_TRUST_ROOT: {
    exit: 6,
    retryable: false,
    next: 'Give the trust root with --trust; it must come from outside the evidence file.',
  },
  BAD_TRUST_ROOT: { exit: 6, retryable: false, next: 'Give a trust root file of schema writ.trust/1.' },
  VERIFICATION_FAILED: {
    exit: 6,
    retryable: false,
    next: 'Do not rely on this evidence file; the verdicts say what is wrong.',
  },
  NOT_A_TABLE: {
    exit: 1,
    retryable: false,
    next: 'Write the value as .json or .md, or ask with a --schema whose value is a list of objects.',
  },
  // process
  INTERRUPTED: {
    exit: 130,
    retryable: false,
    next: 'Give the command again; what was finished by then is kept.',
  },
  INTERNAL: {
    exit: 1,
    retryable: false,
    next: 'This is a fault in Writ; please report it with the message.',
  },
} as const

export type ErrorCode = keyof typeof ERRORS

const MARK = 'writ.error'

/** Extra facts of an error. `data` reaches guest code, so it holds only what the frame may know. */
export interface ErrorFacts {
  readonly run?: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
  /** What to do next, as a record has it; that of the catalogue when absent. */
  readonly next?: string
}

/** Every error Writ raises on purpose: a code of the catalogue, what happened, and whether trying again can help. */
export class WritError extends Error {
  override readonly name: string = 'WritError'
  readonly code: ErrorCode
  readonly run: string | undefined
  readonly data: Readonly<Record<string, unknown>>
  readonly next: string
  /** Recognises the error across copies of this package in one process. */
  readonly mark: string = MARK

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = code
    this.run = facts.run
    this.data = facts.data ?? {}
    this.next = facts.next ?? ERRORS[code].next
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable
  }

  get exitCode(): number {
    return ERRORS[this.code].exit
  }
}

/** A message that more words follow: what a provider or a parser said may end without a full stop. */
export function asSentence(message: string): string {
  return /[.!?:;]$/.test(message) ? message : `${message}.`
}

/** Recognises a WritError by its mark, so that copies of the package in one process agree. */
export function isWritError(value: unknown): value is WritError {
  return typeof value === 'object' && value !== null && 'mark' in value && value.mark === MARK
}

/** The error as it is; anything unforeseen becomes `INTERNAL`. */
export function toWritError(value: unknown): WritError {
  if (isWritError(value)) return value
  const message = value instanceof Error ? value.message : String(value)
  return new WritError('INTERNAL', message, { cause: value })
}
