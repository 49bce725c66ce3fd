import {
  BOTTOM,
  type ContextStore,
  type Conversation,
  DEFAULT_LIMITS,
  defined,
  type JsonObject,
  joinLabels,
  label,
  type NamedScript,
  type RunEvent,
  readChecks,
  type Validator,
} from '@writ/contract'
import { openQuorum } from '../admin/quorum.ts'
import type { AskedOptions, WritOptions } from '../files/options.ts'
import type { HomeServices } from '../home/home-services.ts'
import type { RunRequest } from '../kernel/index.ts'
import { RETENTION_CLASS } from '../ledger/index.ts'
import { loadFetch } from '../models/index.ts'
import type { PolicyPoint } from '../policy/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { answerSchema } from './answer-schema.ts'
import { authorise } from './authorise.ts'
import { checkCompletion } from './check-completion.ts'
import { DEFAULT_LEVEL, hasStore, openContext, reopenContext, requireContext } from './context.ts'
import { conversationOf, earlierOf, queryOf } from './conversation.ts'
import type { EarlierAnswer } from './earlier-run.ts'
import { modelsAsBefore } from './fork.ts'
import { accessOf, asksServer, openModels } from './models.ts'
import { matchingScript } from './plan/matching-script.ts'
import { type Scripted, scripted } from './plan/scripted.ts'
import { profilesOf } from './profiles.ts'
import { scriptsInReach } from './scripts-in-reach.ts'
import { validatorsOf } from './validators.ts'

// What is asked is prepared here, in three stages, for a run as for the plan of one.

/** A question that can be asked, as far as it and the files it names say. */
export interface CheckedQuestion extends Scripted {
  readonly query: string
  /** JSON Schema of its answer. */
  readonly typed: JsonObject | undefined
  /** Scripts that its frames may run by name, and what its answer must pass; undefined where there are none. */
  readonly scripts: readonly NamedScript[] | undefined
  readonly validators: readonly Validator[] | undefined
}

/** Checks all that can be before the home is made; rejects with what is wrong. */
export async function checkQuestion(
  home: string,
  options: WritOptions,
  { schema, ...asked }: AskedOptions,
): Promise<CheckedQuestion> {
  const wanted = { ...options.limits, ...asked.limits }
  const query = queryOf(asked)
  const { strategies } = createReasoner()
  checkCompletion(query, asked, wanted, { strategies, retentionClass: RETENTION_CLASS })
  const byScript = await matchingScript(query, { ...asked, ...defined({ schema }) })
  const given = await scripted({ ...asked, ...byScript }, { ...DEFAULT_LIMITS, ...wanted })
  const typed = await answerSchema(schema, given.output)
  const [scripts, validators] = await Promise.all([scriptsInReach(asked), validatorsOf(asked)])
  if ('context' in asked) requireContext(home, asked)
  return { ...given, query, typed, scripts, validators }
}

/** A question with everything about it resolved, but for what it is asked over. */
export interface PreparedQuestion {
  readonly request: Pick<
    RunRequest,
    | 'question'
    | 'questionLabel'
    | 'strategy'
    | 'script'
    | 'checks'
    | 'votes'
    | 'leaves'
    | 'authority'
    | 'models'
    | 'profiles'
  >
  readonly policy: PolicyPoint
  readonly quorum: Awaited<ReturnType<typeof openQuorum>>
  readonly conversation: Conversation | undefined
  /** The run it goes on from. */
  readonly earlier: EarlierAnswer | undefined
  /** The same, where it has the models of that run. */
  readonly before: EarlierAnswer | undefined
}

/** Resolves who asks, which models are asked, and what was said before. Nothing is read of a context, and nothing is spent. */
export async function prepareQuestion(
  services: HomeServices,
  options: WritOptions,
  asked: AskedOptions,
  { query, limits, script }: CheckedQuestion,
): Promise<PreparedQuestion> {
  const opening = services.policy()
  if (asksServer(options)) setImmediate(loadFetch) // policy takes longer to come up
  const policy = await opening
  const authority = authorise(policy, asked)
  const earlier = await earlierOf(services, asked)
  // A follow-up that names no model has those of the run it goes on from, where that one reached them.
  const before = options.model === undefined ? earlier : undefined
  // Where nobody checks claims, there is no verifier.
  const checksClaims = authority.verifier !== undefined
  const { verifierModel: _verifier, ...others } = options
  const given = checksClaims ? options : others
  const [models, quorum] = await Promise.all([
    before === undefined
      ? openModels(given, policy, limits)
      : modelsAsBefore(
          before.run,
          { ...before, limits, ...(checksClaims ? {} : { verifier: undefined }) },
          policy,
          given,
          accessOf(options),
        ),
    openQuorum(services.home, options),
  ])
  const conversation = await conversationOf(services, asked, earlier, { limits, model: models.root })
  const request = {
    question: query,
    questionLabel: joinLabels(label(DEFAULT_LEVEL), conversation?.label ?? BOTTOM),
    strategy: asked.strategy ?? 'auto',
    ...defined({ script }),
    ...readChecks(asked.verify ?? []),
    authority,
    models,
    profiles: profilesOf(models, options.profiles, asked.repl),
  }
  return { request, policy, quorum, conversation, earlier, before }
}

/** Opens what a question is asked over; a store of the program is left to it to close. */
export async function openAsked(
  services: HomeServices,
  asked: AskedOptions,
  { policy, earlier }: PreparedQuestion,
  signal: AbortSignal,
  opened: AsyncDisposableStack,
): Promise<ContextStore> {
  const store = await ('context' in asked
    ? openContext(services, asked, policy, signal, asked.onEvent ?? ignore)
    : reopenContext(services, earlier))
  if (!hasStore(asked)) opened.defer(() => store.close())
  return store
}

function ignore(_event: RunEvent): void {
  // Nobody watches.
}
