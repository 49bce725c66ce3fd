import {
  type Amount,
  type ContextStore,
  isWritError,
  type Json,
  type Ledger,
  type Limits,
  openingPath,
  type Partition,
  ROLE_LIMITS,
  type Script,
} from '@writ/contract'
import { canonicalJson, decodeRecord } from '@writ/evidence'
import { erasedRuns } from '../../files/erasures.ts'
import type { HomeServices } from '../../home/home-services.ts'
import type { RunSetup } from '../../kernel/index.ts'
import { packOf } from '../plan/expected.ts'

/** What a run that an evaluation began was asked, and how far it came. */
export interface RecordedItem extends AskedFor {
  readonly limits: Limits
  /** What it was charged; null while it is open. */
  readonly charged: Amount | null
  readonly aborted: boolean
}

/** What makes two runs the same asking, their limits apart. */
export interface AskedFor {
  readonly question: string
  readonly strategy: string
  /** Plan hash and input of its script; null without one. */
  readonly script: { readonly planHash: string; readonly input: Json } | null
  readonly models: readonly string[]
  /** Models that stand in for the root and for its sub-calls; null where none does. */
  readonly fallbacks: readonly (readonly string[])[] | null
  /** Models of a verifier that has its own; null where none has. */
  readonly verifier: readonly string[] | null
  /** The server that stands for models which name none. */
  readonly baseUrl: string | null
  readonly user: string
  readonly purpose: string
  /** Hash of the policy bundle. */
  readonly bundle: string
  readonly packs: readonly string[]
  readonly checks: readonly string[]
  /** How many answers are compared; null where none are. */
  readonly votes: number | null
  /** JSON Schema that the answer must fit, as text; null without one. */
  readonly schema: string | null
}

/** What is recorded of a run; undefined for one that was never opened, was erased, or is not in the home. */
export async function recordedItem(services: HomeServices, run: string): Promise<RecordedItem | undefined> {
  if (erasedRuns(services.home).has(run)) return undefined
  const ledger = await services.ledger()
  const [first, last] = await firstAndLast(ledger, run)
  if (first === undefined || last === undefined) return undefined
  const opening = decodeRecord(first)
  const ending = decodeRecord(last)
  if (opening.kind !== 'run.open') return undefined
  const beside = await payloads(ledger, run)
  const { question, strategy, partitions, setup, script, answerSchema } = beside
  if (question === undefined || strategy === undefined || partitions === undefined || setup === undefined)
    return undefined
  const {
    models,
    fallbacks,
    verifier,
    user,
    purpose,
    bundle,
    checks = [],
    votes = null,
    limits,
  } = opening.det
  return {
    question,
    strategy,
    script: script === undefined ? null : scriptOf(JSON.parse(script) as Script),
    models: idsOf(models),
    fallbacks: fallbacks === undefined ? null : [idsOf(fallbacks.root), idsOf(fallbacks.sub)],
    verifier: verifier === undefined ? null : idsOf(verifier),
    baseUrl: (JSON.parse(setup) as RunSetup).baseUrl,
    user: user.id,
    purpose,
    bundle,
    packs: (JSON.parse(partitions) as readonly Partition[]).map(packOf),
    checks,
    votes,
    // A script says itself what its answer fits.
    schema: script === undefined ? (answerSchema ?? null) : null,
    limits,
    charged: ending.kind === 'run.close' ? ending.det.charged : null,
    aborted: ending.kind === 'run.abort',
  }
}

function idsOf(models: readonly { readonly id: string }[]): readonly string[] {
  return models.map(({ id }) => id)
}

function scriptOf({ planHash, inputJson }: Script): NonNullable<AskedFor['script']> {
  return { planHash, input: JSON.parse(inputJson) as Json }
}

export function packsOf(store: ContextStore): readonly string[] {
  return store.partitions.map(packOf)
}

/** Whether a recorded run is what would be asked now, and had no more room than a run has now. */
export function isSame(recorded: RecordedItem, now: AskedFor, limits: Limits): boolean {
  const { limits: had, charged: _charged, aborted: _aborted, ...then } = recorded
  return canonicalJson({ ...then }) === canonicalJson({ ...now }) && fits(had, limits)
}

/** A limit may be lower than now, by a cap or a script; then only a complete answer counts. */
function fits(recorded: Limits, now: Limits): boolean {
  const within = (own: number | null, most: number | null): boolean =>
    most === null || (own !== null && own <= most)
  return (
    recorded.maxCalls <= now.maxCalls &&
    within(recorded.maxCostMicroUsd, now.maxCostMicroUsd) &&
    within(recorded.maxTokens, now.maxTokens) &&
    within(recorded.timeoutMs, now.timeoutMs) &&
    recorded.maxDepth <= now.maxDepth &&
    recorded.maxTurns === now.maxTurns &&
    ROLE_LIMITS.every((name) => recorded[name] === now[name])
  )
}

async function firstAndLast(ledger: Ledger, run: string): Promise<readonly Uint8Array[]> {
  let [first, last]: (Uint8Array | undefined)[] = []
  try {
    for await (const bytes of ledger.records(run)) {
      first ??= bytes
      last = bytes
    }
  } catch (error) {
    if (!isWritError(error) || error.code !== 'UNKNOWN_RUN') throw error
  }
  return first === undefined || last === undefined ? [] : [first, last]
}

async function payloads(ledger: Ledger, run: string): Promise<Record<string, string | undefined>> {
  const names = ['question', 'strategy', 'partitions', 'setup', 'script', 'answerSchema']
  const texts = await Promise.all(
    names.map(async (name) => {
      const bytes = await ledger.payload(run, openingPath(name))
      return [name, bytes === undefined ? undefined : Buffer.from(bytes).toString()] as const
    }),
  )
  return Object.fromEntries(texts)
}
