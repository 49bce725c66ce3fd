import { type DecisionRequest, type Level, label, type ModelResource } from '@writ/contract'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assuming, cedarRequest, type Surroundings } from './cedar-request.ts'
import { openHere, PARTITION, READ } from './test-bundles.ts'

const ALONE: Surroundings = { bundle: 'hash', owner: () => undefined }
const BOB = { id: 'bob', clearance: 1, active: true, purposes: ['general'] }

describe('a question in the terms of Cedar', () => {
  test('sends the frame, user, profile and resource, and nothing else', () => {
    const { entities } = cedarRequest(READ, ALONE)
    expect(entities.map(({ uid }) => ('type' in uid ? uid.type : ''))).toEqual([
      'Writ::Frame',
      'Writ::User',
      'Writ::AgentProfile',
      'Writ::Partition',
    ])
    expect(entities[3]?.parents).toEqual([{ type: 'Writ::Collection', id: 'default' }])
  })

  test('supplies the owner of a partition when the bundle knows another user by that name', () => {
    const request = { ...READ, resource: { ...PARTITION, owner: 'bob' } }
    expect(cedarRequest(request, ALONE).entities).toHaveLength(4)
    const { entities } = cedarRequest(request, { ...ALONE, owner: (id) => (id === 'bob' ? BOB : undefined) })
    expect(entities[4]?.uid).toEqual({ type: 'Writ::User', id: 'bob' })
  })

  test('puts a model into the approved pool only when it is approved', () => {
    const parents = (approved: boolean): unknown =>
      cedarRequest({ ...READ, action: 'model::call', resource: { ...MODEL, approved } }, ALONE).entities[3]
        ?.parents
    expect(parents(true)).toEqual([{ type: 'Writ::ModelPool', id: 'approved' }])
    expect(parents(false)).toEqual([])
  })

  test('is the same for sets in any order and with repetitions', () => {
    const words = fc.array(fc.constantFrom('PII', 'PHI', 'PCI'))
    const property = fc.property(words, words, (categories, purposes) => {
      const ask = (list: string[], others: string[]): string =>
        JSON.stringify(
          cedarRequest({ ...READ, taint: { ...READ.taint, categories: list }, discharged: others }, ALONE),
        )
      expect(ask(categories.toReversed(), [...purposes, ...purposes])).toBe(ask(categories, purposes))
    })
    fc.assert(property)
  })

  test('assumes obligations and approvals beside what is discharged', () => {
    const question = cedarRequest({ ...READ, discharged: ['validate:citations'] }, ALONE)
    const lifted = assuming(question, {
      obligations: ['redact:pii'],
      approvals: ['dpo'],
      distinctApprovers: 2,
    })
    expect(lifted.context).toMatchObject({
      discharged: [
        { __entity: { type: 'Writ::Obligation', id: 'redact:pii' } },
        { __entity: { type: 'Writ::Obligation', id: 'validate:citations' } },
      ],
      approvals: [{ __entity: { type: 'Writ::ApproverRole', id: 'dpo' } }],
      distinctApprovers: 2,
      approvers: [],
    })
    expect(question.context.discharged).toHaveLength(1)
  })
})

const MODEL: ModelResource = {
  type: 'model',
  id: 'm',
  maxLevel: 'secret',
  categories: [],
  jurisdiction: 'EU',
  onPrem: true,
  retention: false,
  digest: 'd',
  approved: true,
}

const foreign = (value: object): DecisionRequest => ({ ...READ, ...value })

/** Requests the types rule out, or whose numbers or strings Cedar would misread. */
const UNFIT: readonly (readonly [string, DecisionRequest])[] = [
  ['2^53 as depth', { ...READ, depth: 2 ** 53 }],
  ['a negative depth', { ...READ, depth: -1 }],
  ['a fraction as clearance', { ...READ, user: { ...READ.user, clearance: 2.5 } }],
  ['2^53 as clearance', { ...READ, user: { ...READ.user, clearance: 2 ** 53 } }],
  ['NaN as the level of a partition', { ...READ, resource: { ...PARTITION, level: Number.NaN } }],
  ['an infinite profile', { ...READ, profile: { ...READ.profile, maxDepth: Number.POSITIVE_INFINITY } }],
  [
    '2^53 as a sink level',
    {
      ...READ,
      action: 'output::release',
      resource: { type: 'sink', id: 's', maxLevel: 2 ** 53, categories: [], external: false },
    },
  ],
  ['a level nobody knows', { ...READ, taint: { ...READ.taint, level: 'top' as Level } }],
  [
    'a model level nobody knows',
    { ...READ, action: 'model::call', resource: { ...MODEL, maxLevel: 'top' as Level } },
  ],
  ['half a surrogate pair', { ...READ, resource: { ...PARTITION, collection: '\ud800' } }],
  [
    'half a surrogate pair as digest',
    { ...READ, action: 'model::call', resource: { ...MODEL, digest: '\udc00' } },
  ],
  ['a category the schema does not know', { ...READ, taint: label('public', ['PIII']) }],
  ['a purpose the schema does not know', { ...READ, purpose: 'leisure' }],
  ['an obligation the schema does not know', { ...READ, discharged: ['approval:dpo'] }],
  ['a resource that does not go with the action', { ...READ, action: 'model::call' }],
  ['an action nobody knows', foreign({ action: 'context::delete' })],
  ['a group of actions', foreign({ action: 'context' })],
  ['a resource of no type', foreign({ resource: { ...PARTITION, type: 'printer' } })],
  ['no resource', foreign({ resource: undefined })],
  ['a user who is active in words', foreign({ user: { ...READ.user, active: 'true' } })],
  ['a user of whom activity is not known', foreign({ user: { ...READ.user, active: undefined } })],
  ['a bigint', foreign({ user: { ...READ.user, active: 1n } })],
  [
    'a child that has the name of its parent and other facts',
    { ...READ, action: 'recursion::spawn', resource: { ...READ.profile, type: 'profile', maxDepth: 9 } },
  ],
]

describe('a request that is not fit to be asked', () => {
  test.each(UNFIT)('%s is denied as invalid, by a bundle that permits everything', async (_what, request) => {
    const decision = await (await permissive).decide(request)
    expect(decision).toEqual({
      verdict: 'deny',
      policies: [],
      reason: 'invalid-request',
      halt: false,
      obligations: [],
    })
  })

  test('the largest safe integer is fit', async () => {
    expect(await (await permissive).decide({ ...READ, depth: Number.MAX_SAFE_INTEGER })).toMatchObject({
      verdict: 'allow',
    })
  })
})

const permissive = openHere({ 'all.cedar': 'permit (principal, action, resource);' })
