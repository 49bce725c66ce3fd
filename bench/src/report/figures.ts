import type { Quantity } from '../measure.ts'

/** What is drawn of the points of a suite. */
export interface Figure {
  readonly title: string
  readonly x: Quantity
  readonly y: Quantity
  /** A dashed line: a height, or as much up as across. */
  readonly line?: { readonly at: number | 'diagonal'; readonly text: string }
}

const FRAMES_BYTES = 1024 ** 3
const CONTEXT_BYTES = 300e6

/** By suite, in the order they are shown. */
export const FIGURES: Readonly<Record<string, readonly Figure[]>> = {
  exactness: [
    { title: 'Calls against context size', x: 'contextBytes', y: 'calls' },
    { title: 'Tokens against context size', x: 'contextBytes', y: 'tokens' },
    { title: 'Wall time against context size', x: 'contextBytes', y: 'seconds' },
  ],
  overhead: [
    { title: 'CPU of a sub-call, with and without governance', x: 'round', y: 'cpuMilliseconds' },
    { title: 'Wall time of a sub-call, with and without governance', x: 'round', y: 'wallMilliseconds' },
  ],
  faults: [
    { title: 'What failures cost', x: 'faultShare', y: 'requestsPerCall' },
    { title: 'Sub-calls that no attempt could save', x: 'faultShare', y: 'errorShare' },
  ],
  scale: [
    { title: 'Calls against context size', x: 'contextBytes', y: 'calls' },
    { title: 'Tokens against context size', x: 'contextBytes', y: 'tokens' },
    { title: 'Wall time against context size', x: 'contextBytes', y: 'seconds' },
    {
      title: 'Memory against context size',
      x: 'contextBytes',
      y: 'memoryBytes',
      line: { at: CONTEXT_BYTES, text: '300 MB, the target at 100 MB of context' },
    },
    {
      title: 'Wall time against the critical path',
      x: 'criticalSeconds',
      y: 'seconds',
      line: { at: 'diagonal', text: 'nothing but waiting for the model' },
    },
    {
      title: 'Memory against live frames',
      x: 'frames',
      y: 'memoryBytes',
      line: { at: FRAMES_BYTES, text: '1 GiB, the target at 512 frames' },
    },
    { title: 'Memory in the course of one run', x: 'callsSoFar', y: 'memoryBytes' },
    { title: 'Time in the course of one run', x: 'callsSoFar', y: 'seconds' },
  ],
}
