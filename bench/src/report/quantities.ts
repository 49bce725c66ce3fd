import type { Quantity } from '../measure.ts'

/** How a quantity stands on an axis. */
export interface Axis {
  /** With its unit, unless the ticks say it. */
  readonly label: string
  readonly scale: 'linear' | 'log'
  readonly tick: (value: number) => string
}

const PREFIXES = [
  { at: 1e9, sign: 'G' },
  { at: 1e6, sign: 'M' },
  { at: 1e3, sign: 'k' },
]

/** `1500` is `1.5 k`. */
export function withPrefix(value: number, unit: string = ''): string {
  const prefix = PREFIXES.find(({ at }) => Math.abs(value) >= at)
  const sign = `${prefix?.sign ?? ''}${unit}`
  return `${plain(value / (prefix?.at ?? 1))}${sign === '' ? '' : ` ${sign}`}`
}

const plain = (value: number): string => String(Number(value.toPrecision(3)))
const bytes = (value: number): string => withPrefix(value, 'B')
const count = (value: number): string => withPrefix(value)
const percent = (value: number): string => `${plain(value * 100)} %`

export const AXES: Readonly<Record<Quantity, Axis>> = {
  contextBytes: { label: 'context size', scale: 'log', tick: bytes },
  calls: { label: 'model calls', scale: 'log', tick: count },
  callsSoFar: { label: 'sub-calls made so far', scale: 'linear', tick: count },
  tokens: { label: 'tokens, in and out', scale: 'log', tick: count },
  seconds: { label: 'wall time (s)', scale: 'log', tick: plain },
  criticalSeconds: { label: 'critical path (s)', scale: 'log', tick: plain },
  memoryBytes: { label: 'memory, PSS of all processes', scale: 'linear', tick: bytes },
  frames: { label: 'live frames', scale: 'linear', tick: count },
  faultShare: { label: 'attempts that fail', scale: 'linear', tick: percent },
  requestsPerCall: { label: 'requests for a sub-call', scale: 'linear', tick: plain },
  errorShare: { label: 'sub-calls told as errors', scale: 'linear', tick: percent },
  round: { label: 'round', scale: 'linear', tick: plain },
  cpuMilliseconds: { label: 'CPU of a sub-call (ms)', scale: 'linear', tick: plain },
  wallMilliseconds: { label: 'wall time of a sub-call (ms)', scale: 'linear', tick: plain },
}
