import type { BenchOptions } from '../bench-options.ts'
import type { Measure } from '../measure.ts'
import { criticalPath } from './critical-path.ts'
import { deepTree } from './deep-tree.ts'
import { labelledRows } from './labelled-rows.ts'
import { largeContext } from './large-context.ts'
import { liveFrames } from './live-frames.ts'
import { manyCalls } from './many-calls.ts'

/** What a run takes when much of something is in it: frames, levels, sub-calls, context. */
export async function* scale({ quick }: BenchOptions): AsyncGenerator<Measure> {
  yield* liveFrames(quick)
  yield await deepTree()
  yield* await manyCalls(quick)
  yield* largeContext(quick)
  yield await labelledRows(quick)
  yield await criticalPath(quick)
}
