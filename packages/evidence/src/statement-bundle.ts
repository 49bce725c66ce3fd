import { digest, object, text, time } from './shape.ts'
import { type StatementKind, subject } from './statement.ts'

/** That governance stands behind a policy bundle. Signed by governance keys, m of n. */
export interface BundleApproval {
  /** The bundle's hash (hex). */
  readonly bundle: string
  readonly name: string
  readonly at: string
}

export const BUNDLE_KIND: StatementKind<BundleApproval> = {
  predicateType: 'https://writ.dev/bundle/v1',
  predicate: object<BundleApproval>({ bundle: digest, name: text, at: time }),
  subject: ({ bundle, name }) => subject(`bundle:${name}`, bundle),
  signers: 'several',
}
