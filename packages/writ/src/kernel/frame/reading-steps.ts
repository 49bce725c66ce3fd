import type { Steps } from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import { linksStep, symbolsStep } from '../steps/code-requests.ts'
import { docsStep, grepStep, outlineStep, readStep, searchStep } from '../steps/context-requests.ts'
import type { ContextStep } from '../steps/context-step.ts'
import { sqlStep, tablesStep } from '../steps/table-requests.ts'

type ReadingStep = Extract<keyof Steps, `context.${string}`>

/** The steps that read external memory, each as one way through the gate. */
export function readingSteps(
  state: RunState,
  lane: FrameState,
  local: <T>(step: ContextStep<T>) => Promise<T>,
): { readonly [N in ReadingStep]: (asked: Steps[N]['request']) => Promise<Steps[N]['result']> } {
  const { store } = state.ports
  return {
    'context.docs': (asked) => local(docsStep(store, lane, asked)),
    'context.search': (asked) => local(searchStep(store, lane, asked)),
    'context.grep': (asked) => local(grepStep(store, lane, asked)),
    'context.outline': (asked) => local(outlineStep(store, lane, asked)),
    'context.read': (asked) => local(readStep(store, lane, asked)),
    'context.tables': (asked) => local(tablesStep(store, lane, asked)),
    'context.sql': (asked) => local(sqlStep(state, lane, asked)),
    'context.symbols': (asked) => local(symbolsStep(store, lane, asked)),
    'context.links': (asked) => local(linksStep(state, lane, asked)),
  }
}
