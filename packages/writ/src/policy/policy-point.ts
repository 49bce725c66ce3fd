import type { DecisionPoint } from '@writ/contract'

/** A decision point that also says which purpose a run has when nobody names one. */
export interface PolicyPoint extends DecisionPoint {
  /** `general` where the bundle knows it, else the first purpose of its schema. */
  readonly defaultPurpose: string
}
