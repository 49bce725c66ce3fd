import type { StepName, Steps } from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import { linksStep, symbolsStep } from '../steps/code-requests.ts'
import {
  docsStep,
  foundStep,
  grepStep,
  outlineStep,
  readStep,
  searchStep,
} from '../steps/context-requests.ts'
import type { ContextStep } from '../steps/context-step.ts'
import { referencesStep } from '../steps/reference-requests.ts'
import { similarStep } from '../steps/similar-requests.ts'
import { sqlStep, tablesStep } from '../steps/table-requests.ts'

type ContextSteps = {
  readonly [N in Extract<StepName, `context.${string}`>]: (
    asked: Steps[N]['request'],
  ) => Promise<Steps[N]['result']>
}

/** The steps of a frame that read external memory; `local` performs one. */
export function contextSteps(
  state: RunState,
  lane: FrameState,
  local: <T>(step: ContextStep<T>) => Promise<T>,
): ContextSteps {
  const { store } = state.ports
  return {
    'context.docs': (asked) => local(docsStep(store, lane, asked)),
    'context.search': (asked) => local(searchStep(store, lane, asked)),
    'context.grep': (asked) => local(grepStep(store, lane, asked)),
    'context.outline': (asked) => local(outlineStep(store, lane, asked)),
    'context.dates': (asked) =>
      local(foundStep(store, lane, asked, 'dates', (range) => store.dates(asked.doc, range))),
    'context.amounts': (asked) =>
      local(foundStep(store, lane, asked, 'amounts', (range) => store.amounts(asked.doc, range))),
    'context.similar': (asked) => local(similarStep(store, lane, asked)),
    'context.references': (asked) => local(referencesStep(store, lane, asked)),
    'context.read': (asked) => local(readStep(store, lane, asked)),
    'context.symbols': (asked) => local(symbolsStep(store, lane, asked)),
    'context.links': (asked) => local(linksStep(state, lane, asked)),
    'context.tables': (asked) => local(tablesStep(store, lane, asked)),
    'context.sql': (asked) => local(sqlStep(state, lane, asked)),
  }
}
