export { type OpenOptions, openDecisionPoint } from './open-decision-point.ts'
export type { PolicyPoint } from './policy-point.ts'
