/** Where a step stands in its lane. The command and the result of a step share it. */
export interface StepId {
  readonly lane: string
  readonly n: number
}

/** A step as a text, for looking it up. */
export function stepKey({ lane, n }: StepId): string {
  return `${lane}/${n}`
}
