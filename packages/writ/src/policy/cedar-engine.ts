import type { CheckParseAnswer, SchemaJson } from '@cedar-policy/cedar-wasm/nodejs'
import { BundleFault } from './bundle-fault.ts'
import { cedar } from './cedar.ts'
import type { Question } from './cedar-request.ts'
import type { EngineSource } from './engine-source.ts'
import { describeError, type Evaluation, evaluationOf } from './evaluation.ts'
import { type KnownBundle, knownBundle } from './known-bundle.ts'
import { lintPolicy } from './policy-lint.ts'
import { faultIn, faultOf, type PolicySource, type PolicyTexts, policySources } from './policy-source.ts'
import { type Rule, type Rules, ruleOf } from './rule.ts'
import { askCanary, selfTest } from './self-test.ts'
import type { SourceFile } from './source-file.ts'
import { type Vocabulary, vocabularyOf } from './vocabulary.ts'

// INVARIANT: preparsed sets are globals of the WebAssembly instance and registering a name again replaces the set under
// it, so a name is registered once and never again.
const registered = new Set<string>()

/** What the checks of a bundle found, all that deciding needs. */
export interface CheckedPolicies {
  readonly vocabulary: Vocabulary
  readonly rules: Rules
  readonly texts: PolicyTexts
}

/** What is done before an engine is made. */
interface Beforehand {
  /** What earlier checks of the bundle found; null has it checked in full. */
  readonly known?: KnownBundle | null
  /** Whether Cedar holds the bundle already, from its image. */
  readonly restored?: boolean
}

/** Cedar with one bundle loaded: checked, registered, and seen to deny what must be denied. Lives in its own thread. */
export class CedarEngine {
  readonly vocabulary: Vocabulary
  readonly rules: Rules
  readonly #name: string

  /**
   * Throws a `BundleFault` when the bundle is not fit to decide anything. What is known of the built-in bundle replaces
   * all checks but one question.
   */
  constructor(source: EngineSource, { known = knownBundle(source), restored = false }: Beforehand = {}) {
    const { name, schema } = source
    if (registered.has(name)) throw new Error(`the engine already holds a policy set named ${name}`)
    registered.add(name)
    this.#name = name
    const { vocabulary, rules, texts } = known ?? checkPolicies(source)
    this.vocabulary = vocabulary
    this.rules = rules
    if (known === null || !restored) {
      insist(cedar.preparseSchema(name, schema.text))
      register(name, texts)
    }
    const evaluate = (question: Question): Evaluation => this.evaluate(question)
    if (known !== null) askCanary(vocabulary, evaluate, known.canary)
    else
      selfTest({
        schema,
        texts,
        vocabulary,
        evaluate,
        evaluateWith: (policies) => {
          register(`${name}:self-test`, policies)
          return (question) => ask(name, `${name}:self-test`, question)
        },
      })
  }

  evaluate(question: Question): Evaluation {
    return ask(this.#name, this.#name, question)
  }
}

/** Every check of a bundle that needs no registered set. Throws a `BundleFault` for the first that fails. */
export function checkPolicies({ schema, policies: files }: EngineSource): CheckedPolicies {
  const vocabulary = vocabularyOf(parseSchema(schema), schema.name)
  const policies = policySources(files)
  if (policies.length === 0) {
    throw new BundleFault(files[0]?.name ?? '.', 'there is no policy in the bundle')
  }
  const rules = rulesOf(policies, vocabulary)
  const texts = Object.fromEntries(policies.map(({ id, text }) => [id, text]))
  validateStrictly(schema, policies, texts)
  return { vocabulary, rules, texts }
}

function ask(schema: string, policies: string, question: Question): Evaluation {
  return evaluationOf(
    cedar.statefulIsAuthorized({
      ...question,
      preparsedSchemaName: schema,
      preparsedPolicySetId: policies,
      validateRequest: true,
    }),
  )
}

function register(name: string, policies: PolicyTexts): void {
  insist(cedar.preparsePolicySet(name, { staticPolicies: { ...policies } }))
}

function insist(answer: CheckParseAnswer): void {
  if (answer.type === 'failure') throw new Error(answer.errors.map(describeError).join('; '))
}

function parseSchema(file: SourceFile): SchemaJson<string> {
  // Of the two, this one says where a mistake is.
  const checked = cedar.checkParseSchema(file.text)
  if (checked.type === 'failure') throw faultOf(file, checked.errors)
  const answer = cedar.schemaToJson(file.text)
  if (answer.type === 'failure') throw faultOf(file, answer.errors)
  return answer.json
}

function rulesOf(policies: readonly PolicySource[], vocabulary: Vocabulary): Rules {
  return new Map(
    policies.map((policy): [string, Rule] => {
      const objection = lintPolicy(policy.json, vocabulary.enumTypes)
      if (objection !== undefined) throw faultIn(policy, objection)
      try {
        return [policy.id, ruleOf(policy.json.effect, policy.json.annotations ?? {}, vocabulary)]
      } catch (error) {
        throw faultIn(policy, error instanceof Error ? error.message : String(error))
      }
    }),
  )
}

function validateStrictly(schema: SourceFile, policies: readonly PolicySource[], texts: PolicyTexts): void {
  const answer = cedar.validate({
    schema: schema.text,
    policies: { staticPolicies: { ...texts } },
    validationSettings: { mode: 'strict' },
  })
  if (answer.type === 'failure') throw faultOf(schema, answer.errors)
  for (const { policyId, error } of answer.validationErrors) {
    const policy = policies.find(({ id }) => id === policyId)
    if (policy === undefined) throw new BundleFault(schema.name, describeError(error))
    throw faultIn(policy, describeError(error), error.sourceLocations?.[0]?.start)
  }
}
