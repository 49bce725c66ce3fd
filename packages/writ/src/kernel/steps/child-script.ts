import {
  type NamedScript,
  type Script,
  type ScriptListing,
  type SpawnRequest,
  WritError,
} from '@writ/contract'
import { checkedSchema, inWords } from '../../schema/index.ts'
import type { FrameState, Scope } from '../state/frame-state.ts'
import type { DecisionContext } from '../state/gate.ts'
import type { RunState } from '../state/run-state.ts'

// What a child that follows a script has of it.

/** The script that a child is to follow. Throws `UNKNOWN_SCRIPT`. */
export function scriptOf(state: RunState, { script }: SpawnRequest): Script | undefined {
  if (script === undefined) return undefined
  const { name, planHash, text, cell } = namedScript(state, script.name)
  return { name, planHash, text, cell, inputJson: JSON.stringify(script.input) }
}

/** A script that may be run by name. Throws `UNKNOWN_SCRIPT`. */
export function namedScript({ scripts }: RunState, wanted: string): NamedScript {
  const found = scripts.find(({ name }) => name === wanted)
  if (found !== undefined) return found
  throw new WritError('UNKNOWN_SCRIPT', `This run has no script ${JSON.stringify(wanted)}.`, {
    next: 'Run one that `await scripts()` lists, or go on without.',
  })
}

/** Rejects with `BAD_INPUT` when the script of a child does not take what it is given. */
export async function requireInput(state: RunState, { script }: SpawnRequest): Promise<void> {
  if (script === undefined) return
  const { name, input } = script
  const { input: takes } = namedScript(state, name)
  const misfits = takes === null ? [] : (await checkedSchema(takes)).misfits(input)
  if (misfits.length === 0) return
  throw new WritError('BAD_INPUT', `The script ${name} does not take this input: ${inWords(misfits)}.`, {
    next: 'Give it what `await scripts()` says it takes.',
  })
}

/** The spawn of a child that follows a script is decided as part of that plan. */
export function askerOf(state: RunState, lane: FrameState, { script }: SpawnRequest): DecisionContext {
  const { id, depth, profile } = lane
  const planHash = script === undefined ? lane.planHash : namedScript(state, script.name).planHash
  return { lane: id, depth, profile, planHash }
}

/** The most sub-calls of the script of a child over what it may read; null where its text does not tell. */
export async function plannedCallsOf(
  state: RunState,
  { script }: SpawnRequest,
  { partitions, docs }: Scope,
): Promise<number | null> {
  if (script === undefined) return null
  const { store, countCalls } = state.ports
  const { name, input } = script
  const reach = partitions
    .flatMap(({ id }) => store.documents(id))
    .filter(({ id }) => docs === null || docs.has(id))
  return await countCalls(namedScript(state, name), input, reach)
}

/** The scripts that frames may run by name, as they are told of them. */
export function listedScripts({ scripts }: RunState): readonly ScriptListing[] {
  return scripts.map(({ name, description, planHash, input, output }) => {
    return { name, description, planHash, input, output }
  })
}
