export { SIGNATURES } from './bundle-directory.ts'
export { type OpenOptions, openDecisionPoint } from './open-decision-point.ts'
export { openRecordedBundle } from './open-recorded-bundle.ts'
export type { PolicyPoint } from './policy-point.ts'
