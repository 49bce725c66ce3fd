import {
  type CodeScope,
  type ContextStore,
  goesOn,
  type LinkList,
  type Partition,
  type Steps,
  type SymbolList,
} from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import type { ContextStep } from './context-step.ts'

/** Rows that are given when no limit is asked for, and the most that may be asked for. */
const DEFAULT_ROWS = 500
const MOST_ROWS = 5_000

/** What source in the frame's scope defines. */
export function symbolsStep(
  store: ContextStore,
  lane: FrameState,
  request: Steps['context.symbols']['request'],
): ContextStep<SymbolList> {
  const limit = Math.min(request.limit ?? DEFAULT_ROWS, MOST_ROWS)
  return {
    kind: 'context.search',
    op: 'symbols',
    input: request,
    needs: () => lane.scope.partitions,
    effect: (allowed, signal) => store.symbols(scopeOf(lane, allowed), { ...request, limit }, signal),
    searches: true,
    handed: ({ symbols }) => symbols,
  }
}

/**
 * How symbols use each other. Only source that the frame may read is looked at, so a call that leads into other source is one
 * that leads nowhere.
 */
export function linksStep(
  state: RunState,
  lane: FrameState,
  request: Steps['context.links']['request'],
): ContextStep<LinkList> {
  const { direction = 'in' } = request
  const limit = Math.min(request.limit ?? DEFAULT_ROWS, MOST_ROWS)
  return {
    kind: 'context.search',
    op: 'links',
    input: request,
    needs: () => lane.scope.partitions,
    effect: (allowed, signal) =>
      state.ports.store.links(scopeOf(lane, allowed), { ...request, direction, limit }, signal),
    searches: true,
    handed: ({ of, links }) => [...of, ...links],
    exact: (result) =>
      lane.parent === null &&
      state.models.root.exactLinks?.(lane.goal, request, result, goesOn(lane.conversation)) === true,
  }
}

function scopeOf(lane: FrameState, allowed: readonly Partition[]): CodeScope {
  const { docs } = lane.scope
  return { partitions: allowed.map(({ id }) => id), docs: docs === null ? null : [...docs] }
}
