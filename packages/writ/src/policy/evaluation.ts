import type { AuthorizationAnswer, DetailedError } from '@cedar-policy/cedar-wasm/nodejs'

/** What Cedar says to one question. `invalid` means that the question does not fit the schema. */
export type Evaluation =
  | { readonly type: 'invalid'; readonly message: string }
  | {
      readonly type: 'decided'
      readonly decision: 'allow' | 'deny'
      /** Ids of the determining policies. */
      readonly determining: readonly string[]
      /** Ids of policies whose evaluation erred; Cedar has skipped them. */
      readonly erring: readonly string[]
    }

/** Cedar's answer without what a decision does not need. */
export function evaluationOf(answer: AuthorizationAnswer): Evaluation {
  if (answer.type === 'failure') {
    return { type: 'invalid', message: answer.errors.map(describeError).join('; ') }
  }
  const { decision, diagnostics } = answer.response
  const erring = diagnostics.errors.map((error) => error.policyId)
  return { type: 'decided', decision, determining: diagnostics.reason, erring }
}

/** What Cedar says of an error, with its hint. */
export function describeError(error: DetailedError): string {
  return error.help === null ? error.message : `${error.message} (${error.help})`
}
