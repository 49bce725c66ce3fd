/** One figure: what was measured, the figure, and its unit with what else must be known to read it. */
export interface Measure {
  readonly task: string
  readonly score: number
  readonly detail: string
  /** What the milestone asks of it, and whether this run of it got there. */
  readonly target?: string
  readonly met?: boolean
  /** What the figures of a report are drawn from. */
  readonly points?: readonly Point[]
}

/** What one run of a measure took. A figure shows the points that have both of its quantities. */
export interface Point {
  readonly series: string
  /** Points of a series with the same one are runs of the same thing: a line goes through their medians. */
  readonly group?: string
  readonly contextBytes?: number
  readonly calls?: number
  /** Calls made so far, in one run. */
  readonly callsSoFar?: number
  /** In and out. */
  readonly tokens?: number
  readonly seconds?: number
  /** Requests one after another that took this long: with this model and these slots no run is shorter. */
  readonly criticalSeconds?: number
  /** PSS of all processes, at the peak unless `callsSoFar` says when. */
  readonly memoryBytes?: number
  readonly frames?: number
  /** Share of the attempts that fail. */
  readonly faultShare?: number
  /** Requests that a sub-call took. */
  readonly requestsPerCall?: number
  /** Share of the sub-calls that ended as errors. */
  readonly errorShare?: number
  readonly round?: number
  /** Of one sub-call. */
  readonly cpuMilliseconds?: number
  readonly wallMilliseconds?: number
}

/** What a point may say in numbers. */
export type Quantity = Exclude<keyof Point, 'series' | 'group'>

/** The median of several timed runs, in milliseconds. */
export async function medianMs(runs: number, work: () => unknown): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  return median(times)
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

export function rounded(value: number, digits = 0): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

/** The value that a share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? 0
}
