import {
  type Answer,
  type Conversation,
  type Det,
  defined,
  levelNumber,
  type ModelProfile,
  type RecordedFork,
  type RecordedModel,
  type RecordedReason,
  type RecordedScript,
  recordedConversation,
  type Script,
  type Tunings,
} from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import type { RunModels } from '../basis/ports.ts'
import type { StepId } from '../basis/step-id.ts'
import { CHANGES, type Fork } from '../state/fork.ts'
import type { RunState } from '../state/run-state.ts'
import { PER_DOCUMENT } from './answer.ts'
import { type ClosedNotes, NOTES_KEPT } from './closing-notes.ts'
import { NOTES_GIVEN, recordedNotes } from './given-notes.ts'
import type { RunRequest } from './run-request.ts'

/** What the script of a run is kept as beside the opening record. */
export const SCRIPT = 'script'

/** Name of the scripts that may be run by name, beside the opening record. */
export const SCRIPTS = 'scripts'

/** Name of what the answer must pass, beside the opening record. */
export const VALIDATORS = 'validators'

/** The id of the opening record. */
export const OPENING: StepId = Object.freeze({ lane: '0', n: 0 })

/** Name of the profiles of the run's models, beside the opening record. */
export const PROFILES = 'profiles'

/** Name of what was said before the question, beside the opening record. */
export const EARLIER = 'earlier'

/** Writes `run.open`: who, why, under which bundle, with which models, over what, within which limits. */
export async function openRecord(state: RunState, request: RunRequest): Promise<void> {
  const { journal, ports, authority, models, profiles, limits, fork, script, scripts, validators } = state
  const { answerSchema } = request
  const typed = answerSchema === undefined ? undefined : JSON.stringify(answerSchema)
  const { store, sandbox, policy, reasoner } = ports
  const { conversation, notes } = request
  const commit = (name: string, content: string): string => journal.commit(OPENING, 'run.open', name, content)
  await journal.write({
    kind: 'run.open',
    id: OPENING,
    det: {
      schema: 'writ.run/2',
      question: commit('question', request.question),
      questionLabel: request.questionLabel,
      user: authority.user,
      osUser: policy.osUser,
      purpose: authority.purpose,
      bundle: policy.bundle.hash,
      ...recordedModels(models),
      ...recordedProfiles(profiles, commit),
      partitions: store.partitions.map((partition) => ({
        id: partition.id,
        collection: partition.collection,
        owner: partition.owner,
        label: partition.label,
        purposes: partition.purposes,
        documents: partition.documents,
        bytes: partition.bytes,
        pack: commit(`pack/${partition.id}`, partition.packSha256),
      })),
      limits,
      epochMs: state.epochMs,
      confinement: { level: sandbox.confinement.level, layers: sandbox.confinement.layers },
      guestAbi: guestAbi(sandbox.confinement.guestAbi, reasoner.digest),
      ...defined({ packages: sandbox.confinement.packages }),
      omitted: commit('omitted', state.omitted),
      ...(typed === undefined ? {} : { answerSchema: commit('answerSchema', typed) }),
      ...(request.checks.length === 0 ? {} : { checks: request.checks }),
      ...defined({ votes: request.votes, leaves: request.leaves }),
      ...(validators.length === 0 ? {} : { validators: commit(VALIDATORS, JSON.stringify(validators)) }),
      ...(fork === undefined ? {} : { fork: recordedFork(fork, commit) }),
      ...(script === undefined ? {} : { script: recordedScript(script, commit) }),
      ...(scripts.length === 0 ? {} : { scripts: scripts.map(({ name, planHash }) => ({ name, planHash })) }),
      ...(conversation === undefined ? {} : saidBefore(conversation, commit)),
      ...(notes === undefined
        ? {}
        : { notes: recordedNotes(notes, (name, given) => commit(name, canonicalJson(given))) }),
    },
    obs: { at: journal.now(), version: request.version },
    payloads: {
      question: request.question,
      strategy: request.strategy,
      ...(typed === undefined ? {} : { answerSchema: typed }),
      ...(Object.keys(profiles).length === 0 ? {} : { [PROFILES]: JSON.stringify(profiles) }),
      omitted: state.omitted,
      // What a replay needs of the world outside the run; the rest of it is in the records.
      partitions: JSON.stringify(store.partitions),
      authority: JSON.stringify(authority),
      setup: JSON.stringify(request.setup),
      ...(fork === undefined ? {} : { [CHANGES]: JSON.stringify(fork.changes) }),
      ...(script === undefined ? {} : { [SCRIPT]: JSON.stringify(script) }),
      ...(scripts.length === 0 ? {} : { [SCRIPTS]: JSON.stringify(scripts) }),
      ...(validators.length === 0 ? {} : { [VALIDATORS]: JSON.stringify(validators) }),
      ...(conversation === undefined ? {} : { [EARLIER]: canonicalJson(conversation.messages) }),
      ...(notes === undefined ? {} : { [NOTES_GIVEN]: JSON.stringify(notes) }),
    },
    durability: 'flush',
  }).durable
}

/** Writes `run.close`: the status, what the answer is worth, what was charged, and what was refused. */
export async function closeRecord(
  state: RunState,
  id: StepId,
  answer: Answer,
  reason: RecordedReason | null,
  { closing: notes, kept }: Pick<ClosedNotes, 'closing' | 'kept'>,
): Promise<void> {
  const { journal, tally, share } = state
  const { quoted, computed, unsupported } = answer.support
  const { perDocument, ...inAll } = answer.coverage
  const each = perDocument === undefined ? undefined : canonicalJson(perDocument)
  await journal.write({
    kind: 'run.close',
    id,
    det: {
      status: answer.status,
      reason,
      basis: answer.basis,
      support: answer.basis === null ? null : { quoted, computed, unsupported },
      label: answer.label,
      charged: share.pool.spent,
      frames: tally.frames,
      maxDepth: tally.maxDepth,
      steps: answer.usage.steps,
      denials: journal.commit(id, 'run.close', 'denials', canonicalJson(answer.denials)),
      ...defined({ notes }),
    },
    obs: {
      at: journal.now(),
      tookMs: answer.usage.wallMs,
      reason: answer.reason,
      coverage: {
        ...inAll,
        ...(each === undefined ? {} : { perDocument: journal.commit(id, 'run.close', PER_DOCUMENT, each) }),
      },
    },
    payloads: {
      ...(kept === null ? {} : { [NOTES_KEPT]: kept }),
      ...(each === undefined ? {} : { [PER_DOCUMENT]: each }),
    },
    durability: 'flush',
  }).durable
}

/** Everything that shapes what a frame does: a replay under another digest is a `CODE_MISMATCH`. */
export function guestAbi(sandbox: string, reasoner: string): string {
  return `${sandbox}.${reasoner}`
}

/** Where a run was forked from, as `run.open` declares it. */
function recordedFork(
  { run, at, records, models, changes }: Fork,
  commit: (name: string, content: string) => string,
): RecordedFork {
  const { lane, n } = at
  return {
    run,
    at: { lane, n },
    records,
    ...recordedModels(models),
    changes: commit(CHANGES, JSON.stringify(changes)),
  }
}

/** The script of a run as `run.open` declares it: its input is content, its name and plan hash are not. */
function recordedScript(
  { name, planHash, inputJson }: Script,
  commit: (name: string, content: string) => string,
): RecordedScript {
  return { name, planHash, input: commit('input', inputJson) }
}

/** The profiles of a run as `run.open` declares them: hints are words of whoever wrote them. */
function recordedProfiles(
  profiles: Tunings,
  commit: (name: string, content: string) => string,
): Pick<Det['run.open'], 'profiles'> {
  const recorded = Object.entries(profiles).map(([model, { hints, ...tuning }]) => {
    return { model, ...tuning, hints: commit(`hints/${model}`, canonicalJson(hints)) }
  })
  return recorded.length === 0 ? {} : { profiles: recorded }
}

/** What was said before, as `run.open` declares it. */
function saidBefore(
  conversation: Conversation,
  commit: (name: string, content: string) => string,
): Pick<Det['run.open'], 'earlier' | 'conversation'> {
  return {
    earlier: commit(EARLIER, canonicalJson(conversation.messages)),
    conversation: recordedConversation(conversation),
  }
}

/** The models of a run as `run.open` declares them: one where both are the same, and those that stand in for each. */
export function recordedModels({
  root,
  sub,
  fallbacks,
  verifier,
}: RunModels): Pick<Det['run.open'], 'models' | 'fallbacks' | 'verifier'> {
  const models = [...new Map([root, sub].map((model) => [model.id, recordedModel(model)])).values()]
  return {
    models,
    ...(fallbacks === undefined
      ? {}
      : { fallbacks: { root: fallbacks.root.map(recordedModel), sub: fallbacks.sub.map(recordedModel) } }),
    ...defined({ verifier: verifier?.map(recordedModel) }),
  }
}

/** A model as `run.open` declares it. */
export function recordedModel(model: ModelProfile): RecordedModel {
  const { facts, price } = model
  return {
    id: model.id,
    digest: facts.digest,
    maxLevel: levelNumber(facts.maxLevel),
    categories: facts.categories,
    jurisdiction: facts.jurisdiction,
    onPrem: facts.onPrem,
    retention: facts.retention,
    approved: facts.approved,
    contextWindow: model.contextWindow,
    inputNanoUsd: price?.inputNanoUsd ?? null,
    outputNanoUsd: price?.outputNanoUsd ?? null,
    ...defined({ cachedInputNanoUsd: price?.cachedInputNanoUsd, priceAsOf: model.priceAsOf }),
  }
}
