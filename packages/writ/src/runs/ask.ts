import { join, resolve, sep } from 'node:path'
import { type Answer, defined, replOf } from '@writ/contract'
import { evidencePath } from '../files/evidence-path.ts'
import { uuidV7 } from '../files/ids.ts'
import { keepsNotes, shelfOf } from '../files/note-shelf.ts'
import type { AskedOptions, WritOptions } from '../files/options.ts'
import { VERSION } from '../files/version.ts'
import { prepareEvidencePath } from '../files/write-evidence.ts'
import type { HomeServices } from '../home/home-services.ts'
import { executeRun, requireConfinement, systemClock } from '../kernel/index.ts'
import { recordRetention } from '../ledger/index.ts'
import { spareWorker as spareMemory } from '../memory/index.ts'
import { callModel } from '../models/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { hasStore } from './context.ts'
import { countCalls } from './count-calls.ts'
import { startDeadline } from './deadline.ts'
import { deliver } from './deliver.ts'
import { givenNotes } from './given-notes.ts'
import { confirmPlan } from './plan/confirm-plan.ts'
import { checkQuestion, openAsked, prepareQuestion } from './question.ts'
import { checksOf } from './validators.ts'

/** Asks one question. Resolves with whatever the run came to; rejects when it could not begin or be recorded. */
export async function ask(
  services: HomeServices,
  options: WritOptions,
  asked: AskedOptions,
): Promise<Answer> {
  const { home } = services
  const started = systemClock.monotonic()
  const elapsed = (): number => (asked.elapsedMs ?? 0) + systemClock.monotonic() - started
  const onEvent = asked.onEvent ?? ignore
  // INVARIANT: nothing is made until every option has been checked, and nothing is spent before the home opens.
  const checked = await checkQuestion(home, options, asked)
  await using opened = new AsyncDisposableStack()
  const deadline = opened.adopt(startDeadline(checked.limits, elapsed(), asked.signal), (clock) =>
    clock.stop(),
  )
  if (!hasStore(asked)) spareMemory.start() // it starts while policy does
  const prepared = await prepareQuestion(services, options, asked, checked)
  const { request: question, policy, quorum, conversation, earlier, before } = prepared
  const run = uuidV7(systemClock.now())
  const path = resolve(asked.out ?? evidencePath(home, run))
  const inHome = path.startsWith(join(home, sep))
  if (!inHome) await prepareEvidencePath(path, false)
  const abandoned = new AbortController()
  const preparing = AbortSignal.any([
    deadline.signal,
    abandoned.signal,
    ...(asked.suspend === undefined ? [] : [asked.suspend]),
  ])
  const repl = replOf(Object.values(question.profiles))
  if (repl === 'python') services.sandboxes.warm(repl) // it takes longer to come up than most contexts to be read
  const openRecords = async () => {
    const records = await Promise.all([services.signer(), services.ledger(), services.log()])
    if (inHome) await prepareEvidencePath(path, asked.out === undefined)
    return records
  }
  const opening = openRecords()
  opening.catch((error: unknown) => abandoned.abort(error))
  const [[signer, ledger, transparency], store] = await bothOf(
    opening,
    openAsked(services, asked, prepared, preparing, opened),
  )
  const sandbox = await services.sandboxes.open({ language: repl, onEvent })
  opened.defer(() => sandbox.close())
  requireConfinement(policy, sandbox.confinement)
  const { scripts, validators } = checked
  const { limits, bound } = checked.bounded({ ...question, conversation, store })
  await confirmPlan(asked, { ...question, limits, bound, policy, store, ledger })
  const shelf =
    asked.notes === false
      ? null
      : 'context' in asked
        ? shelfOf(asked.context)
        : (earlier?.setup.notes ?? null)
  const { purpose } = question.authority
  const { questionLabel } = question
  const notes =
    shelf === null ? undefined : await givenNotes({ home, ledger, shelf }, store, { purpose, questionLabel })
  preparing.throwIfAborted()
  const retention = asked.retention ?? earlier?.retention
  if (retention !== undefined) recordRetention(home, run, retention)
  const log = await ledger.open(run, question.question, systemClock.now())
  opened.defer(() => ledger.leave(run))
  deadline.clear()
  const request = {
    run,
    ...question,
    checks: checksOf(question.checks, validators),
    limits,
    version: VERSION,
    signal: deadline.interrupted,
    ...defined({
      suspend: asked.suspend,
      conversation,
      answerSchema: checked.typed,
      scripts,
      validators,
      notes,
    }),
    elapsedMs: elapsed(),
    setup: {
      baseUrl: options.baseUrl ?? before?.setup.baseUrl ?? null,
      policy: options.policy === undefined ? null : resolve(options.policy),
      evidence: path,
      witnesses: options.witnesses ?? [],
      witnessQuorum: options.witnessQuorum ?? options.witnesses?.length ?? 0,
      notes: shelf,
    },
  }
  const ports = {
    clock: systemClock,
    store,
    policy,
    reasoner: createReasoner(),
    signer,
    transparency,
    ...quorum,
    callModel,
    countCalls,
    log,
    onEvent,
    sandbox,
    ...keepsNotes(home, shelf, run),
  }
  return await deliver(await executeRun(request, ports), path, onEvent)
}

function ignore(): void {
  // Nobody watches.
}

/** What two pieces of work come to once both have ended. Where both fail, the first says why. */
async function bothOf<A, B>(first: Promise<A>, second: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([first, second])
  return [await first, await second]
}
