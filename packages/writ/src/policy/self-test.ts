import { ACTIONS, type Action, BOTTOM, type DecisionRequest, type ResourceFacts } from '@writ/contract'
import { BundleFault } from './bundle-fault.ts'
import { cedar } from './cedar.ts'
import { type CedarRequest, cedarRequest, type Question } from './cedar-request.ts'
import { type Evaluation, evaluationOf } from './evaluation.ts'
import type { PolicyTexts } from './policy-source.ts'
import type { SourceFile } from './source-file.ts'
import type { Vocabulary } from './vocabulary.ts'

type Evaluate = (request: Question) => Evaluation

export interface Loaded {
  readonly schema: SourceFile
  /** Texts of the bundle's policies by id. */
  readonly texts: PolicyTexts
  readonly vocabulary: Vocabulary
  readonly evaluate: Evaluate
  /** The same engine with these policies in place of the bundle's. */
  readonly evaluateWith: (policies: PolicyTexts) => Evaluate
}

const CANARY = 'writ.self-test'

/**
 * Tries a freshly loaded set on one question per action the host asks. Throws when the schema does not take the host's
 * facts, when a known deny (a forbid of everything beside the bundle's own policies) is not denied, when a question
 * without context is not refused, or when the registered set decides otherwise than its text.
 */
export function selfTest(loaded: Loaded): void {
  const { schema, texts, vocabulary } = loaded
  const forbidding = loaded.evaluateWith({ ...texts, [CANARY]: 'forbid (principal, action, resource);' })
  const probes = probesFor(vocabulary)
  const [first] = probes
  if (first === undefined) {
    throw new BundleFault(schema.name, `the schema declares none of the actions ${ACTIONS.join(', ')}`)
  }
  for (const [action, probe] of probes) {
    const answer = loaded.evaluate(probe)
    if (answer.type === 'invalid') {
      const message = `the schema does not take the host's facts for ${action}: ${answer.message}`
      throw new BundleFault(schema.name, message)
    }
    const bare = loaded.evaluate({ ...probe, context: {} })
    hold(bare.type === 'invalid', `to refuse a question without context (${action})`)
    const denied = forbidding(probe)
    const isDenied = denied.type === 'decided' && denied.decision === 'deny'
    hold(isDenied && denied.determining.includes(CANARY), `to deny what a known forbid denies (${action})`)
  }
  // Parsing all text again costs more than everything above, so one question has to do.
  const [, probe] = first
  const fromText = decideFromText(schema.text, texts, probe)
  hold(same(loaded.evaluate(probe), fromText), 'to decide as the text of the policies does')
}

/** The question whose answer is kept with what is known of a bundle: that of a user who may do nothing any more. */
export function canaryQuestion(vocabulary: Vocabulary): CedarRequest {
  const [action, resource] = Object.entries(probeResources(vocabulary))[0] ?? []
  if (resource === undefined) throw new Error('there is nothing to ask about')
  const asked = probe(action as Action, resource, vocabulary)
  return cedarRequest({ ...asked, user: { ...asked.user, active: false } }, SURROUNDINGS)
}

/** Asks that one question. Throws unless the answer is the known one, and a deny. */
export function askCanary(vocabulary: Vocabulary, evaluate: Evaluate, known: Evaluation): void {
  const answer = evaluate(canaryQuestion(vocabulary))
  hold(same(answer, known), 'to decide the known question as it was decided before')
  hold(answer.type === 'decided' && answer.decision === 'deny', 'to deny the known question')
}

function hold(condition: boolean, what: string): void {
  if (!condition) throw new Error(`the policy engine failed its self-test: it has ${what}`)
}

function decideFromText(schema: string, texts: PolicyTexts, probe: CedarRequest): Evaluation {
  const policies = { staticPolicies: { ...texts } }
  return evaluationOf(cedar.isAuthorized({ ...probe, schema, validateRequest: true, policies }))
}

function same(a: Evaluation, b: Evaluation): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(evaluation: Evaluation): Evaluation {
  if (evaluation.type === 'invalid') return evaluation
  const { determining, erring } = evaluation
  return { ...evaluation, determining: determining.toSorted(), erring: erring.toSorted() }
}

function probesFor(vocabulary: Vocabulary): readonly (readonly [Action, CedarRequest])[] {
  return Object.entries(probeResources(vocabulary))
    .map(([action, resource]) => [action as Action, resource] as const)
    .filter(([action]) => vocabulary.actions.includes(action))
    .map(
      ([action, resource]) =>
        [action, cedarRequest(probe(action, resource, vocabulary), SURROUNDINGS)] as const,
    )
}

const SURROUNDINGS = { bundle: CANARY, owner: () => undefined }

function probe(
  action: Action,
  resource: ResourceFacts,
  { purposes, categories }: Vocabulary,
): DecisionRequest {
  return {
    user: { id: CANARY, clearance: 0, active: true, purposes },
    profile: { id: CANARY, maxDepth: 1, mayEgress: false },
    action,
    resource,
    purpose: purposes[0] ?? '',
    taint: { ...BOTTOM, categories },
    depth: 0,
    discharged: [],
  }
}

/** One resource per action whose kind of resource the host can describe. */
function probeResources(vocabulary: Vocabulary): Readonly<Partial<Record<Action, ResourceFacts>>> {
  const { categories, purposes, jurisdictions } = vocabulary
  const facts = { id: CANARY, categories }
  const partition: ResourceFacts = {
    ...facts,
    type: 'partition',
    collection: CANARY,
    level: 0,
    trusted: false,
    purposes,
    owner: CANARY,
  }
  return {
    'context::read': partition,
    'context::search': partition,
    'model::call': {
      ...facts,
      type: 'model',
      maxLevel: 'public',
      jurisdiction: jurisdictions[0] ?? '',
      onPrem: false,
      retention: true,
      digest: '',
      approved: true,
    },
    'recursion::spawn': { type: 'profile', id: `${CANARY}.child`, maxDepth: 1, mayEgress: false },
    'output::release': { ...facts, type: 'sink', maxLevel: 0, external: true },
  }
}
