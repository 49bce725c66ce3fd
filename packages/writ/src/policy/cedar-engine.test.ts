import {
  isAuthorized,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs'
import { describe, expect, test } from 'vitest'
import type { BundleFault } from './bundle-fault.ts'
import { CedarEngine } from './cedar-engine.ts'
import { cedarRequest } from './cedar-request.ts'
import type { EngineSource } from './engine-source.ts'
import { evaluationOf } from './evaluation.ts'
import { personalFiles, READ } from './test-bundles.ts'

const PERMIT = 'permit (principal, action, resource);'
const SURROUNDINGS = { bundle: 'hash', owner: () => undefined }
const QUESTION = cedarRequest(READ, SURROUNDINGS)
const { 'schema.cedarschema': SCHEMA = '' } = await personalFiles()

let names = 0
const source = (policies: string, schema = SCHEMA): EngineSource => ({
  name: `engine-test-${names++}`,
  schema: { name: 'schema.cedarschema', text: schema },
  policies: [{ name: 'p.cedar', text: policies }],
})
const load = (policies: string, schema?: string): CedarEngine => new CedarEngine(source(policies, schema))

function faultOf(policies: string, schema?: string): BundleFault['fault'] {
  try {
    load(policies, schema)
  } catch (error) {
    return (error as BundleFault).fault
  }
  throw new Error('the bundle was not refused')
}

describe('what Cedar itself gets wrong for us', () => {
  test('a name registered again would replace the set under it; the engine refuses', () => {
    preparseSchema('raw', SCHEMA)
    const ask = (): unknown =>
      evaluationOf(
        statefulIsAuthorized({
          ...QUESTION,
          preparsedSchemaName: 'raw',
          preparsedPolicySetId: 'raw',
          validateRequest: true,
        }),
      )
    preparsePolicySet('raw', { staticPolicies: { f: 'forbid (principal, action, resource);' } })
    expect(ask()).toMatchObject({ decision: 'deny' })
    preparsePolicySet('raw', { staticPolicies: { p: PERMIT } })
    expect(ask()).toMatchObject({ decision: 'allow' })

    const forbidding = source('forbid (principal, action, resource);')
    const engine = new CedarEngine(forbidding)
    expect(() => new CedarEngine({ ...source(PERMIT), name: forbidding.name })).toThrow('already holds')
    expect(engine.evaluate(QUESTION)).toMatchObject({ decision: 'deny' })
  })

  test('without a schema an empty context is allowed; the engine refuses it', () => {
    const bare = isAuthorized({ ...QUESTION, context: {}, policies: { staticPolicies: { p: PERMIT } } })
    expect(evaluationOf(bare)).toMatchObject({ decision: 'allow' })
    expect(load(PERMIT).evaluate({ ...QUESTION, context: {} })).toMatchObject({ type: 'invalid' })
  })

  test('a resource of another type than the action applies to is refused', () => {
    const call = { ...QUESTION, action: { type: 'Writ::Action', id: 'model::call' } }
    expect(load(PERMIT).evaluate(call)).toMatchObject({ type: 'invalid' })
  })

  test('entities that do not fit the schema are refused', () => {
    const [frame, ...entities] = QUESTION.entities
    const stranger = { uid: { type: 'Writ::User', id: 'ann' }, attrs: {}, parents: [] }
    const others = entities.filter(({ uid }) => !('type' in uid && uid.type === 'Writ::User'))
    const question = { ...QUESTION, entities: [...(frame ? [frame] : []), stranger, ...others] }
    expect(load(PERMIT).evaluate(question)).toMatchObject({ type: 'invalid' })
  })

  test('ids are those of @id, else the place in the file; Cedar would number them', () => {
    const policies = Array.from(
      { length: 12 },
      (_, i) => `permit (principal, action, resource) when { context.depth > ${i} };`,
    )
    const engine = load([PERMIT, '@id("named")', ...policies].join('\n'))
    const places = Array.from({ length: 13 }, (_, i) => (i === 1 ? 'named' : `p.cedar#${i + 1}`))
    expect([...engine.rules.keys()]).toEqual(places)
    expect(engine.evaluate(QUESTION)).toMatchObject({ determining: ['p.cedar#1'] })
    const deep = cedarRequest({ ...READ, depth: 1 }, SURROUNDINGS)
    expect(engine.evaluate(deep)).toMatchObject({
      determining: expect.arrayContaining(['named', 'p.cedar#1']),
    })
  })

  test('two policies of the same text have two places', () => {
    expect([...load(`${PERMIT}\n${PERMIT}`).rules.keys()]).toEqual(['p.cedar#1', 'p.cedar#2'])
  })

  test('a policy is found where it stands, not in a comment nor inside a longer one', () => {
    const text = [
      `// ${PERMIT} "`,
      `@id("long") ${PERMIT}`,
      `@id("other") @note("// \\" ${PERMIT}") ${PERMIT} // ${PERMIT}`,
      '@id("bad")',
      PERMIT,
      `${PERMIT} // end`,
    ]
    expect([...load(text.join('\n')).rules.keys()]).toEqual(['long', 'other', 'bad', 'p.cedar#4'])
    const fault = faultOf(text.join('\n').replace('"bad"', '"p.cedar#4"'))
    expect(fault).toMatchObject({ at: { line: 6, column: 1 }, message: expect.stringContaining('is taken') })
  })

  test('annotations are read at load', () => {
    const text = `@id("f") @reason("r") @obligation("redact:pii") @approval("dpo,dpo") @approval_mode("dual") @halt
      forbid (principal, action, resource);`
    expect(load(text).rules.get('f')).toEqual({
      effect: 'forbid',
      reason: 'r',
      obligations: ['redact:pii'],
      approvals: ['dpo'],
      distinctApprovers: 2,
      halt: true,
    })
  })
})

const forbid = (condition: string): string =>
  `// é\nforbid (principal, action, resource)\nwhen { ${condition} };`

describe('a policy that could silently not apply is refused', () => {
  test.each([
    ['addition', 'context.depth + 1 > 3', 'arithmetic (+)'],
    ['subtraction', 'context.depth - 1 > 3', 'arithmetic (-)'],
    ['multiplication', 'context.depth * 2 > 3', 'arithmetic (*)'],
    ['negation', '-context.depth < 3', 'arithmetic (unary -)'],
    [
      'arithmetic deep inside',
      'if context.planApproved then [1, {a: context.depth * 2}.a].contains(2) else false',
      'arithmetic (*)',
    ],
    ['has', 'principal.user has clearance', 'has hides'],
    ['a frame', 'principal == Writ::Frame::"root"', 'may not name a frame'],
    ['the run of a frame', 'principal.run == "x"', 'principal.run is always empty'],
    ['a role', 'principal.user in Writ::Role::"boss"', 'never supplies'],
    [
      'a pool of models nobody fills',
      'resource is Writ::Model && resource in Writ::ModelPool::"cheap"',
      'never supplies',
    ],
    [
      'membership of something else',
      'Writ::Partition::"p" in Writ::Collection::"c"',
      'not part of the request',
    ],
  ])('%s', (_what, condition, message) => {
    expect(faultOf(forbid(condition))).toEqual({
      file: 'p.cedar',
      at: { line: 2, column: 1 },
      message: expect.stringContaining(message),
    })
  })

  test.each([
    'forbid (principal == Writ::Frame::"root", action, resource);',
    'forbid (principal in Writ::Frame::"root", action, resource);',
    'forbid (principal is Writ::Frame in Writ::Frame::"root", action, resource);',
  ])('a frame in the scope: %s', (policy) => {
    expect(faultOf(policy).message).toContain('may not name a frame')
  })

  test.each([
    'context.depth > -1',
    '{"+": 1}["+"] == 1',
    'principal.user == Writ::User::"ann" || resource in Writ::Collection::"c"',
    'context.purpose == Writ::Purpose::"general"',
    'resource is Writ::Model && resource in Writ::ModelPool::"approved"',
    'context.askClass like "*-+*"',
  ])('plain comparisons are fine: %s', (condition) => {
    expect(load(forbid(condition)).rules.size).toBe(1)
  })
})

describe('a malformed bundle is refused with the place of the mistake', () => {
  test.each([
    [
      'a syntax error',
      '// ☃\npermit (principal, action, resource) whn { true };',
      { line: 2, column: 38 },
      'whn',
    ],
    [
      'an unknown attribute',
      '// ☃\n\n// é\npermit (principal, action, resource)\n  when { context.dpeth > 0 };',
      { line: 5, column: 10 },
      'dpeth',
    ],
    [
      'an unknown word',
      `${PERMIT}\nforbid (principal, action, resource) when { context.purpose == Writ::Purpose::"fun" };`,
      { line: 2, column: 64 },
      'fun',
    ],
    [
      'a type error',
      'forbid (principal, action, resource) when { context.depth == "1" };',
      { line: 1, column: 45 },
      'types',
    ],
    [
      'an unknown action',
      'permit (principal, action == Writ::Action::"fly", resource);',
      { line: 1, column: 30 },
      'fly',
    ],
    [
      'a template',
      `${PERMIT}\nforbid (principal == ?principal, action, resource);`,
      { line: 2, column: 1 },
      'template',
    ],
    ['an id twice', `@id("a") ${PERMIT}\n@id("a") ${PERMIT}`, { line: 2, column: 1 }, '"a" is taken'],
    ['an id that is a place', `@id("p.cedar#2") ${PERMIT}\n${PERMIT}`, { line: 2, column: 1 }, 'is taken'],
    ['an empty id', `@id("") ${PERMIT}`, { line: 1, column: 1 }, '@id'],
    ['an id without text', `@id ${PERMIT}`, { line: 1, column: 1 }, '@id'],
    ['a reason without text', `@reason ${PERMIT}`, { line: 1, column: 1 }, '@reason'],
    [
      'advice on a permit',
      `@obligation("redact:pii") ${PERMIT}`,
      { line: 1, column: 1 },
      'belong on a forbid',
    ],
    [
      'an unknown obligation',
      '@obligation("redact:pi") forbid (principal, action, resource);',
      { line: 1, column: 1 },
      '"redact:pi"',
    ],
    [
      'an obligation without name',
      '@obligation forbid (principal, action, resource);',
      { line: 1, column: 1 },
      '@obligation',
    ],
    [
      'an unknown role',
      '@approval("king") forbid (principal, action, resource);',
      { line: 1, column: 1 },
      '"king"',
    ],
    [
      'an unknown mode',
      '@approval("dpo") @approval_mode("all") forbid (principal, action, resource);',
      { line: 1, column: 1 },
      '"all"',
    ],
    [
      'a halt that is none',
      '@halt("false") forbid (principal, action, resource);',
      { line: 1, column: 1 },
      '@halt',
    ],
    ['no policy', '// nothing yet', null, 'no policy'],
  ])('%s', (_what, policies, at, message) => {
    expect(faultOf(policies)).toEqual({ file: 'p.cedar', at, message: expect.stringContaining(message) })
  })

  test.each([
    ['a syntax error', '// é\nentity A = {', { line: 2, column: 13 }, 'unexpected end'],
    ['an unknown type', SCHEMA.replace('clearance: Long', 'clearance: Lng'), { line: 12, column: 38 }, 'Lng'],
    [
      'a missing enum',
      SCHEMA.replace(
        'Category enum ["PII", "PHI", "PCI", "TRADE_SECRET", "LEGAL_PRIVILEGE", "EXPORT_CONTROLLED"]',
        'Category',
      ),
      null,
      'Writ::Category',
    ],
    ['a missing field', SCHEMA.replace('bundle: String', ''), null, 'context::read'],
    [
      'a field the host does not have',
      SCHEMA.replace('bundle: String', 'bundle: String, mood: String'),
      null,
      'mood',
    ],
    ['none of the actions', SCHEMA.replaceAll(/ {2}action "[a-z]+::.*\n/g, ''), null, 'none of the actions'],
  ])('in the schema: %s', (_what, schema, at, message) => {
    const fault = faultOf('permit (principal, action, resource);', schema)
    expect(fault).toEqual({ file: 'schema.cedarschema', at, message: expect.stringContaining(message) })
  })

  test('a schema without an action the host asks is fine; the action is denied', () => {
    const engine = load(PERMIT, SCHEMA.replace(/ {2}action "context::search".*\n/, ''))
    expect(engine.evaluate(QUESTION)).toMatchObject({ decision: 'allow' })
    const search = { ...QUESTION, action: { type: 'Writ::Action', id: 'context::search' } }
    expect(engine.evaluate(search)).toMatchObject({ type: 'invalid' })
  })
})
