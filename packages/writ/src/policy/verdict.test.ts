import type { DecisionRequest, ModelResource } from '@writ/contract'
import { describe, expect, test } from 'vitest'
import type { Evaluation } from './evaluation.ts'
import { type BundleFiles, openHere, organisationFiles, PARTITION, READ } from './test-bundles.ts'
import { reachVerdict } from './verdict.ts'

const PERMIT = '@id("all") permit (principal, action, resource);'
const forbid = (annotations: string, condition = ''): string =>
  `${annotations} forbid (principal, action, resource) ${condition};`
const bundle = (...policies: string[]): BundleFiles => ({ 'p.cedar': policies.join('\n') })
const decide = async (files: BundleFiles, request: DecisionRequest = READ): Promise<unknown> =>
  (await openHere(files)).decide(request)

const UNTIL_REDACTED = 'unless { context.discharged.contains(Writ::Obligation::"redact:pii") }'

describe('the verdict', () => {
  test('allow names the permits, sorted', async () => {
    const decision = await decide(bundle('@id("z") permit (principal, action, resource);', PERMIT))
    expect(decision).toEqual({
      verdict: 'allow',
      policies: ['all', 'z'],
      reason: 'permitted',
      halt: false,
      obligations: [],
    })
  })

  test('nothing that permits is a deny that says so', async () => {
    const decision = await decide(
      bundle('permit (principal, action == Writ::Action::"model::call", resource);'),
    )
    expect(decision).toEqual({
      verdict: 'deny',
      policies: [],
      reason: 'no-permit',
      halt: false,
      obligations: [],
    })
  })

  test('a bundle that only forbids denies everything', async () => {
    const decision = await decide(bundle('forbid (principal, action, resource);'))
    expect(decision).toMatchObject({ verdict: 'deny', policies: ['p.cedar#1'], reason: 'p.cedar#1' })
  })

  test('a deny gives the reason of the first forbid by id, else its id', async () => {
    const b = forbid('@id("b") @reason("second")')
    expect(await decide(bundle(PERMIT, b, forbid('@id("a") @reason("first")')))).toMatchObject({
      policies: ['a', 'b'],
      reason: 'first',
    })
    expect(await decide(bundle(PERMIT, b, forbid('@id("a")')))).toMatchObject({
      verdict: 'deny',
      reason: 'a',
    })
  })

  test('@halt of any determining forbid ends the run', async () => {
    const soft = forbid('@id("a")')
    expect(await decide(bundle(PERMIT, soft, forbid('@id("b") @halt')))).toMatchObject({
      verdict: 'deny',
      halt: true,
    })
    expect(
      await decide(bundle(PERMIT, soft, forbid('@id("b") @halt', 'when { context.depth > 5 }'))),
    ).toMatchObject({ halt: false })
  })

  test('a deny that discharge would lift is pending, and an allow once discharged', async () => {
    const files = bundle(PERMIT, forbid('@id("o") @reason("pii") @obligation("redact:pii")', UNTIL_REDACTED))
    expect(await decide(files)).toEqual({
      verdict: 'pending',
      policies: ['o'],
      reason: 'pii',
      halt: false,
      obligations: ['redact:pii'],
    })
    expect(await decide(files, { ...READ, discharged: ['redact:pii'] })).toMatchObject({ verdict: 'allow' })
  })

  test('everything that is owed is listed, approvals as approval:<role>', async () => {
    const files = bundle(
      PERMIT,
      forbid('@id("o") @obligation("redact:pii")', UNTIL_REDACTED),
      forbid(
        '@id("a") @approval("dpo, data-owner") @approval_mode("dual")',
        'when { context.distinctApprovers < 2 }',
      ),
    )
    expect(await decide(files)).toMatchObject({
      verdict: 'pending',
      policies: ['a', 'o'],
      obligations: ['approval:data-owner', 'approval:dpo', 'redact:pii'],
    })
  })

  test('one forbid that nothing lifts makes it a deny', async () => {
    const files = bundle(
      PERMIT,
      forbid('@id("o") @obligation("redact:pii")', UNTIL_REDACTED),
      forbid('@id("n") @reason("never")'),
    )
    expect(await decide(files)).toMatchObject({
      verdict: 'deny',
      policies: ['n', 'o'],
      reason: 'never',
      obligations: [],
    })
  })

  test.each([
    ['nothing permits', [forbid('@id("o") @obligation("redact:pii")', UNTIL_REDACTED)]],
    ['the forbid ignores its own obligation', [PERMIT, forbid('@id("o") @obligation("redact:pii")')]],
    [
      'discharge wakes another forbid',
      [
        PERMIT,
        forbid('@id("o") @obligation("redact:pii")', UNTIL_REDACTED),
        forbid('@id("x")', 'when { context.discharged.contains(Writ::Obligation::"redact:pii") }'),
      ],
    ],
    [
      'evaluation errs once discharged',
      [
        PERMIT,
        forbid('@id("o") @obligation("redact:pii")', UNTIL_REDACTED),
        forbid(
          '@id("x")',
          'when { context.discharged.contains(Writ::Obligation::"redact:pii") && Writ::User::"gone".active }',
        ),
      ],
    ],
  ])('forbidden even if discharged: %s', async (_what, policies) => {
    expect(await decide(bundle(...policies))).toEqual({
      verdict: 'deny',
      policies: ['o'],
      reason: 'forbidden-even-if-discharged',
      halt: false,
      obligations: [],
    })
  })

  test('a forbid that errs is no allow, though Cedar skips it and says allow', async () => {
    const files = bundle(
      PERMIT,
      forbid('@id("gone")', 'when { resource is Writ::Partition && resource.owner.clearance > 1 }'),
    )
    const request = { ...READ, resource: { ...PARTITION, owner: 'nobody' } }
    expect(await decide(files, request)).toEqual({
      verdict: 'deny',
      policies: ['gone'],
      reason: 'evaluation-error',
      halt: false,
      obligations: [],
    })
    expect(await decide(files)).toMatchObject({ verdict: 'deny', reason: 'gone' })
  })

  test('a decision cannot be changed by who gets it', async () => {
    const decision = await (await openHere(bundle(PERMIT))).decide(READ)
    expect(
      Object.isFrozen(decision) &&
        Object.isFrozen(decision.policies) &&
        Object.isFrozen(decision.obligations),
    ).toBe(true)
  })
})

describe('an answer that makes no sense is an engine failure', () => {
  const decided = { type: 'decided', decision: 'allow', determining: [], erring: [] } as const
  test.each<[string, Evaluation]>([
    ['an allow without a permit', decided],
    ['an allow by a forbid', { ...decided, determining: ['f'] }],
    ['a policy nobody loaded', { ...decided, decision: 'deny', determining: ['?'] }],
  ])('%s', async (_what, answer) => {
    const rule = {
      effect: 'forbid',
      reason: null,
      obligations: [],
      approvals: [],
      distinctApprovers: 0,
      halt: false,
    } as const
    await expect(reachVerdict(async () => answer, new Map([['f', rule]]))).rejects.toThrow(
      'the policy engine',
    )
  })
})

describe('the bundle of an organisation', () => {
  const model: ModelResource = {
    type: 'model',
    id: 'eu',
    maxLevel: 'confidential',
    categories: ['PII'],
    jurisdiction: 'EU',
    onPrem: false,
    retention: true,
    digest: '',
    approved: true,
  }
  const partition = { ...PARTITION, purposes: ['support'] }
  const ask = (value: Partial<DecisionRequest>): DecisionRequest => ({
    ...READ,
    user: { ...READ.user, purposes: ['support'] },
    purpose: 'support',
    resource: partition,
    ...value,
  })
  const sink = { type: 'sink', id: 'mail', maxLevel: 2, categories: [], external: true } as const
  const confidential = { level: 'confidential', categories: [], untrusted: true } as const

  test.each([
    ['reads', ask({}), 'allow', []],
    ['reads for another purpose', ask({ purpose: 'evaluation' }), 'deny', []],
    [
      'sends personal data to a model that keeps it',
      ask({ action: 'model::call', resource: model, taint: { ...confidential, categories: ['PII'] } }),
      'pending',
      ['redact:pii'],
    ],
    [
      'does so having redacted it',
      ask({
        action: 'model::call',
        resource: model,
        taint: { ...confidential, categories: ['PII'] },
        discharged: ['redact:pii'],
      }),
      'allow',
      [],
    ],
    [
      'mails public text',
      ask({ action: 'output::release', resource: sink }),
      'pending',
      ['redact:secrets', 'validate:citations'],
    ],
    [
      'mails confidential text',
      ask({ action: 'output::release', resource: sink, taint: confidential }),
      'pending',
      ['approval:dpo', 'approval:security-officer', 'redact:secrets', 'validate:citations'],
    ],
    [
      'mails confidential text with everything done but the approvals',
      ask({
        action: 'output::release',
        resource: sink,
        taint: confidential,
        discharged: ['redact:secrets', 'validate:citations'],
      }),
      'pending',
      ['approval:dpo', 'approval:security-officer'],
    ],
    [
      'mails restricted text',
      ask({ action: 'output::release', resource: sink, taint: { ...confidential, level: 'restricted' } }),
      'deny',
      [],
    ],
  ] as const)('%s', async (_what, request, verdict, obligations) => {
    expect(await (await point).decide(request)).toMatchObject({ verdict, obligations })
  })

  const point = organisationFiles().then(openHere)

  test('has facts in its own words', async () => {
    const { bundle: info, ...rest } = { bundle: (await point).bundle, point: await point }
    expect(rest.point.defaultPurpose).toBe('contract-review')
    expect(rest.point.user('ann', 'support').purposes).toEqual([
      'contract-review',
      'incident-response',
      'support',
      'evaluation',
    ])
    expect(JSON.parse(info.files['facts.json'] ?? '')).toMatchObject({
      users: { $os: { clearance: 'confidential' } },
    })
  })
})
