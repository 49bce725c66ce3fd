import type {
  CollectionFacts,
  DecisionRequest,
  ModelResource,
  ProfileResource,
  SinkFacts,
  Verdict,
} from '@writ/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import type { PolicyPoint } from './policy-point.ts'
import { openHere, PARTITION, personalPolicies, personalWithout, READ } from './test-bundles.ts'

const MODEL: ModelResource = {
  type: 'model',
  id: 'openai/gpt-5',
  maxLevel: 'confidential',
  categories: ['PCI', 'PHI', 'PII'],
  jurisdiction: 'US',
  onPrem: false,
  retention: true,
  digest: 'd',
  approved: true,
}
const CHILD: ProfileResource = { type: 'profile', id: 'worker', maxDepth: 3, mayEgress: true }
const TERMINAL: SinkFacts = {
  type: 'sink',
  id: 'terminal',
  maxLevel: 2,
  categories: ['PII'],
  external: false,
}
const NOTEBOOK: CollectionFacts = { type: 'collection', id: 'notes', maxLevel: 2, categories: ['PII'] }
const VALIDATED = ['validate:citations']

const call = (model: Partial<ModelResource>, taint: Partial<DecisionRequest['taint']>): DecisionRequest => ({
  ...READ,
  action: 'model::call',
  resource: { ...MODEL, ...model },
  taint: { ...READ.taint, ...taint },
})
const spawn = (child: Partial<ProfileResource>, depth = 0, mayEgress = true): DecisionRequest => ({
  ...READ,
  action: 'recursion::spawn',
  profile: { ...READ.profile, mayEgress },
  resource: { ...CHILD, ...child },
  depth,
})
const keep = (taint: Partial<DecisionRequest['taint']>): DecisionRequest => ({
  ...READ,
  action: 'memory::write',
  resource: NOTEBOOK,
  taint: { ...READ.taint, ...taint },
})
const release = (taint: Partial<DecisionRequest['taint']>, discharged: string[]): DecisionRequest => ({
  ...READ,
  action: 'output::release',
  resource: TERMINAL,
  taint: { ...READ.taint, ...taint },
  discharged,
})

interface Scenario {
  readonly what: string
  readonly request: DecisionRequest
  readonly verdict: Verdict
  readonly policies: readonly string[]
}

const scenario = (
  what: string,
  request: DecisionRequest,
  verdict: Verdict,
  ...policies: string[]
): Scenario => ({
  what,
  request,
  verdict,
  policies,
})

const SCENARIOS: readonly Scenario[] = [
  scenario(
    'reads at the clearance',
    { ...READ, resource: { ...PARTITION, level: 2 } },
    'allow',
    'permit.context',
  ),
  scenario('searches', { ...READ, action: 'context::search' }, 'allow', 'permit.context'),
  scenario(
    'reads above the clearance',
    { ...READ, resource: { ...PARTITION, level: 3 } },
    'deny',
    'forbid.read.clearance',
  ),
  scenario(
    'reads what is kept for no purpose',
    { ...READ, resource: { ...PARTITION, purposes: [] } },
    'deny',
    'forbid.read.purpose',
  ),
  scenario(
    'reads for a purpose of somebody else',
    { ...READ, user: { ...READ.user, purposes: [] } },
    'deny',
    'forbid.read.purpose',
  ),
  scenario(
    'acts after having left',
    { ...READ, user: { ...READ.user, active: false } },
    'deny',
    'forbid.user.inactive',
  ),
  scenario(
    'calls a remote model with confidential text',
    call({}, { level: 'confidential' }),
    'allow',
    'permit.model',
  ),
  scenario('calls it with restricted text', call({}, { level: 'restricted' }), 'deny', 'forbid.model.label'),
  scenario(
    'calls it with a category it may not have',
    call({}, { categories: ['PCI', 'TRADE_SECRET'] }),
    'deny',
    'forbid.model.label',
  ),
  scenario('calls a model nobody approved', call({ approved: false }, {}), 'deny', 'forbid.model.unapproved'),
  scenario(
    'calls a remote model somebody cleared for secrets',
    call({ maxLevel: 'secret' }, { level: 'secret' }),
    'deny',
    'forbid.secret.off-prem',
  ),
  scenario(
    'calls a model in the house with secrets',
    call({ maxLevel: 'secret', onPrem: true }, { level: 'secret' }),
    'allow',
    'permit.model',
  ),
  scenario(
    'sends health data out of Europe',
    call({}, { categories: ['PHI'] }),
    'deny',
    'forbid.pii.outside-eu',
  ),
  scenario(
    'sends personal data to Switzerland',
    call({ jurisdiction: 'CH' }, { categories: ['PII'] }),
    'allow',
    'permit.model',
  ),
  scenario('keeps a note', keep({ categories: ['PII'] }), 'allow', 'permit.memory'),
  scenario(
    'keeps a note above what may be kept',
    keep({ level: 'restricted' }),
    'deny',
    'forbid.memory.label',
  ),
  scenario('starts a child', spawn({}, 2), 'allow', 'permit.spawn'),
  scenario('starts a child too deep', spawn({}, 3), 'deny', 'forbid.spawn.depth'),
  scenario('starts a child that may go deeper', spawn({ maxDepth: 4 }), 'deny', 'forbid.spawn.attenuate'),
  scenario('starts a child that may send out', spawn({}, 0, false), 'deny', 'forbid.spawn.attenuate'),
  scenario(
    'starts a child that may not either',
    spawn({ mayEgress: false }, 0, false),
    'allow',
    'permit.spawn',
  ),
  scenario(
    'releases a validated answer',
    release({ categories: ['PII'] }, VALIDATED),
    'allow',
    'permit.release',
  ),
  scenario('releases an answer not validated yet', release({}, []), 'pending', 'oblige.validate.release'),
  scenario(
    'releases above the sink',
    release({ level: 'restricted' }, VALIDATED),
    'deny',
    'forbid.release.label',
  ),
  scenario(
    'releases above the sink, not validated',
    release({ categories: ['PCI'] }, []),
    'deny',
    'forbid.release.label',
    'oblige.validate.release',
  ),
  scenario(
    'reads above the clearance for no purpose after having left',
    { ...READ, user: { ...READ.user, active: false }, resource: { ...PARTITION, level: 4, purposes: [] } },
    'deny',
    'forbid.read.clearance',
    'forbid.read.purpose',
    'forbid.user.inactive',
  ),
]

const REASONS: Readonly<Record<string, string>> = {
  'forbid.user.inactive': 'inactive-user',
  'forbid.read.clearance': 'clearance',
  'forbid.read.purpose': 'purpose',
  'forbid.model.unapproved': 'unapproved-model',
  'forbid.model.label': 'label-flow',
  'forbid.secret.off-prem': 'data-residency',
  'forbid.pii.outside-eu': 'jurisdiction',
  'forbid.spawn.depth': 'depth',
  'forbid.spawn.attenuate': 'attenuation',
  'forbid.memory.label': 'label-flow',
  'forbid.release.label': 'label-flow',
  'oblige.validate.release': 'unvalidated-citations',
}

describe('the personal bundle', () => {
  let point: PolicyPoint
  beforeAll(async () => {
    point = await openHere()
  })

  test.each(SCENARIOS)('$what', async ({ request, verdict, policies }) => {
    expect(await point.decide(request)).toEqual({
      verdict,
      policies,
      reason: REASONS[policies[0] ?? ''] ?? 'permitted',
      halt: false,
      obligations: verdict === 'pending' ? VALIDATED : [],
    })
  })

  test('every policy determines a scenario', async () => {
    const seen = new Set(SCENARIOS.flatMap(({ policies }) => policies))
    expect(seen).toEqual(new Set((await personalPolicies()).map(({ id }) => id)))
  })

  test('the facts clear the OS user, the built-in and local models and the terminal as documented', () => {
    const user = point.user('ann', 'general')
    expect(user).toEqual({ id: 'ann', clearance: 2, active: true, purposes: ['general'] })
    expect(point.model('openai/gpt-5', 'remote', 'd')).toMatchObject({
      maxLevel: 'confidential',
      approved: true,
      onPrem: false,
      digest: 'd',
    })
    for (const location of ['builtin', 'loopback'] as const) {
      const facts = {
        maxLevel: 'secret',
        approved: true,
        onPrem: true,
        jurisdiction: 'LOCAL',
        retention: false,
      }
      expect(point.model('m', location, 'd')).toMatchObject(facts)
    }
    expect(point.sink('terminal')).toMatchObject({
      type: 'sink',
      id: 'terminal',
      maxLevel: user.clearance,
      external: false,
    })
    expect(point.profile('worker').maxDepth).toBeLessThanOrEqual(point.profile('orchestrator').maxDepth)
    expect(point.defaultPurpose).toBe('general')
  })

  test('with its own facts, one question runs from the read to the release', async () => {
    const user = point.user('ann', 'general')
    const profile = point.profile('orchestrator')
    const common = { ...READ, user, profile }
    const model = {
      type: 'model',
      id: 'builtin/extractive',
      ...point.model('builtin/extractive', 'builtin', 'd'),
    } as const
    const taint = { level: 'confidential', categories: ['PII'], untrusted: true } as const
    for (const request of [
      { ...common, resource: { ...PARTITION, level: 2 } },
      { ...common, taint, action: 'model::call', resource: model },
      {
        ...common,
        taint,
        action: 'recursion::spawn',
        resource: { type: 'profile', ...point.profile('worker') },
      },
      {
        ...common,
        taint,
        action: 'output::release',
        resource: point.sink('terminal'),
        discharged: VALIDATED,
      },
    ] as const) {
      expect(await point.decide(request)).toMatchObject({ verdict: 'allow' })
    }
  })

  test('every deletion mutant is killed by a scenario', async () => {
    const survivors: string[] = []
    for (const { id } of await personalPolicies()) {
      if (await agrees(await openHere(await personalWithout(id)))) survivors.push(id)
    }
    expect(survivors).toEqual([])
  })
})

/** Whether a bundle decides every scenario as written. */
async function agrees(point: PolicyPoint): Promise<boolean> {
  for (const { request, verdict, policies } of SCENARIOS) {
    const decision = await point.decide(request)
    if (decision.verdict !== verdict || decision.policies.join() !== policies.join()) return false
  }
  return true
}
