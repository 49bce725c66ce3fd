import {
  ACTIONS,
  type Decision,
  type DecisionRequest,
  joinLabels,
  type Label,
  LEVELS,
  label,
  levelNumber,
  type ResourceFacts,
  type Verdict,
} from '@writ/contract'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { openDecisionPoint } from './open-decision-point.ts'
import { oracle } from './personal-oracle.ts'
import type { PolicyPoint } from './policy-point.ts'
import { openHere, personalPolicies, personalWithout } from './test-bundles.ts'

const CATEGORIES = ['PII', 'PHI', 'PCI', 'TRADE_SECRET', 'LEGAL_PRIVILEGE', 'EXPORT_CONTROLLED']

const id = fc.constantFrom('a', 'b', 'c')
const level = fc.constantFrom(...LEVELS)
const rank = level.map(levelNumber)
const depth = fc.nat({ max: 4 })
// Mostly nearly everything or nearly nothing: with even odds hardly any set would contain another.
const manyWords = fc.oneof(fc.constant(CATEGORIES), fc.subarray(CATEGORIES, { minLength: 4 }))
const fewWords = fc.oneof(fc.constant([]), fc.subarray(CATEGORIES, { maxLength: 2 }))
const purposes = fc.subarray(['general'])
const likely = fc.oneof(
  { weight: 4, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
)
const jurisdiction = fc.constantFrom('EU', 'US', 'CH', 'LOCAL')

const partition = fc.record({
  type: fc.constant('partition' as const),
  id,
  collection: id,
  level: rank,
  categories: fewWords,
  trusted: fc.boolean(),
  purposes: fc.oneof(fc.constant(['general']), purposes),
  owner: id,
})
const model = fc.record({
  type: fc.constant('model' as const),
  id,
  maxLevel: fc.oneof(level, fc.constant('secret' as const)),
  categories: manyWords,
  jurisdiction,
  onPrem: fc.boolean(),
  retention: fc.boolean(),
  digest: id,
  approved: likely,
})
const profile = fc.record({ id, maxDepth: depth, mayEgress: fc.boolean() })
const sink = fc.record({
  type: fc.constant('sink' as const),
  id,
  maxLevel: fc.oneof(rank, fc.constant(4)),
  categories: manyWords,
  external: fc.boolean(),
})
const collection = fc.record({
  type: fc.constant('collection' as const),
  id,
  maxLevel: fc.oneof(rank, fc.constant(4)),
  categories: manyWords,
})
const childProfile = profile.map((facts) => ({ type: 'profile' as const, ...facts, id: `child-${facts.id}` }))

const taint: fc.Arbitrary<Label> = fc
  .tuple(level, fewWords, fc.boolean())
  .map(([to, words, untrusted]) => label(to, words, untrusted))

const asked: fc.Arbitrary<{ action: DecisionRequest['action']; resource: ResourceFacts }> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      action: fc.constantFrom('context::read', 'context::search'),
      resource: partition,
    }),
  },
  { weight: 4, arbitrary: fc.record({ action: fc.constant('model::call'), resource: model }) },
  { weight: 3, arbitrary: fc.record({ action: fc.constant('recursion::spawn'), resource: childProfile }) },
  { weight: 3, arbitrary: fc.record({ action: fc.constant('output::release'), resource: sink }) },
  { weight: 3, arbitrary: fc.record({ action: fc.constant('memory::write'), resource: collection }) },
  {
    weight: 1,
    arbitrary: fc.record({
      action: fc.constantFrom(...ACTIONS),
      resource: fc.oneof(partition, collection, model, childProfile, sink),
    }),
  },
)

const request: fc.Arbitrary<DecisionRequest> = fc
  .record({
    user: fc.record({
      id,
      clearance: rank,
      active: likely,
      purposes: fc.oneof(fc.constant(['general']), purposes),
    }),
    profile,
    purpose: fc.constant('general'),
    taint,
    depth,
    discharged: fc.subarray(['validate:citations', 'redact:pii', 'redact:secrets']),
    asked,
  })
  .map(({ asked: { action, resource }, ...rest }) => ({ ...rest, action, resource }))

const RUNS = 1_000
/** The rarest mutant shows in one question of two hundred; so many make missing it impossible in practice. */
const MOST_QUESTIONS = 20_000
const STRICTNESS: readonly Verdict[] = ['allow', 'pending', 'deny']

describe('the personal bundle against its prose', () => {
  let point: PolicyPoint
  beforeAll(async () => {
    point = await openHere()
  })

  test('Cedar and the oracle agree, and the questions reach every policy', async () => {
    const determining = new Set<string>()
    const property = fc.asyncProperty(request, async (value) => {
      const decision = await point.decide(value)
      for (const policy of decision.policies) determining.add(policy)
      expect(decision.verdict).toBe(oracle(value))
      expect(decision.reason).not.toBe('engine-error')
      expect(decision.reason).not.toBe('evaluation-error')
    })
    await fc.assert(property, { numRuns: RUNS })
    expect(determining).toEqual(new Set((await personalPolicies()).map((policy) => policy.id)))
  })

  test('Cedar restored from its image decides as Cedar that read the bundle', async () => {
    const restored = await openDecisionPoint({ osUser: 'ann' })
    const property = fc.asyncProperty(request, async (value) => {
      expect(await restored.decide(value)).toEqual(await point.decide(value))
    })
    await fc.assert(property, { numRuns: RUNS })
    await restored.close()
  })

  test('the questions tell every deletion mutant from the oracle', async () => {
    const questions = fc.sample(request, MOST_QUESTIONS)
    const survivors: string[] = []
    for (const { id: removed } of await personalPolicies()) {
      if (await agreesThroughout(await openHere(await personalWithout(removed)), questions))
        survivors.push(removed)
    }
    expect(survivors).toEqual([])
  })

  const never = (what: string, change: (value: DecisionRequest, by: Label) => DecisionRequest): void => {
    test(`${what} never loosens`, async () => {
      const property = fc.asyncProperty(request, taint, async (value, by) => {
        const before = await point.decide(value)
        const after = await point.decide(change(value, by))
        expect(strictness(after)).toBeGreaterThanOrEqual(strictness(before))
      })
      await fc.assert(property, { numRuns: RUNS / 4 })
    })
  }

  never('more taint', (value, by) => ({ ...value, taint: joinLabels(value.taint, by) }))
  never('less clearance', (value, by) => ({
    ...value,
    user: { ...value.user, clearance: Math.min(value.user.clearance, levelNumber(by.level)) },
  }))
  never('a deeper frame', (value, by) => ({ ...value, depth: value.depth + levelNumber(by.level) }))
  never('fewer purposes', (value) => ({ ...value, user: { ...value.user, purposes: [] } }))
  never('nothing discharged', (value) => ({ ...value, discharged: [] }))
  never('a user who has left', (value) => ({ ...value, user: { ...value.user, active: false } }))
})

function strictness(decision: Decision): number {
  return STRICTNESS.indexOf(decision.verdict)
}

async function agreesThroughout(point: PolicyPoint, questions: readonly DecisionRequest[]): Promise<boolean> {
  for (const question of questions) {
    if ((await point.decide(question)).verdict !== oracle(question)) return false
  }
  return true
}
