import {
  CELL_BACKSTOP_MS,
  CELL_FUEL_POLLS,
  type CellCode,
  type CellResult,
  type Citation,
  GUEST_MEMORY_BYTES,
  GUEST_STACK_BYTES,
  type Outcome,
  type Validator,
  type Vm,
  WritError,
} from '@writ/contract'
import { guestSeed } from '../basis/guest-seed.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import { performHostValue } from './host-value.ts'

/** Characters of what a validator says that go back to the frame. */
const SAID_CHARS = 2_000

/** A replay bears a machine so many times slower before it stops a builtin that never polls. */
const REPLAY_PATIENCE = 20

/** How one validator ended: null when the value passed, else what is wrong with it. */
interface Verdict {
  readonly outcome: Outcome
  readonly problem: string | null
}

/** What is validated: the value as JSON text, and the citations that come with it. */
export interface Validated {
  readonly valueJson: string
  readonly citations: readonly Citation[]
}

/**
 * Runs the validators over a value that wants to leave, each in a VM of its own that can ask for nothing. Gives why the
 * value may not leave, or null. Their verdicts are one step, which a replay makes again unless the host ended one.
 */
export async function validate(
  state: RunState,
  lane: FrameState,
  { valueJson, citations }: Validated,
): Promise<WritError | null> {
  const { validators } = state
  if (validators.length === 0) return null
  const given = givenCode(valueJson, citations, lane.goal)
  const verdicts = await performHostValue(
    state,
    lane,
    lane.next(),
    {
      op: 'validate',
      input: { valueJson, citations },
      make: () => Promise.all(validators.map((validator) => verdictOf(state, lane, validator, given))),
      again: (recorded: readonly Verdict[]) => recorded.every(({ outcome }) => !IMPOSED.has(outcome)),
    },
    () => undefined,
  )
  const words = verdicts.flatMap(({ problem }, at) =>
    problem === null ? [] : [`${validators[at]?.name}: ${problem}`],
  )
  return words.length === 0
    ? null
    : new WritError('INVALID_ANSWER', `The value does not pass its validators: ${words.join('; ')}.`)
}

/** Endings that the host imposed: the same code need not come to them again. */
const IMPOSED: ReadonlySet<Outcome> = new Set(['imposed', 'cancelled', 'timeout'])

async function verdictOf(
  state: RunState,
  lane: FrameState,
  { name, cell }: Validator,
  given: CellCode,
): Promise<Verdict> {
  const vm = await openVm(state, lane, name)
  try {
    const begun = await run(state, vm, given)
    return verdict(begun.outcome === 'ok' ? await run(state, vm, cell) : begun)
  } finally {
    await vm.close()
  }
}

/** It passes when it comes to its end and its last expression is not `false`. */
function verdict({ outcome, error, shown }: CellResult): Verdict {
  if (outcome !== 'ok')
    return { outcome, problem: (error?.message ?? outcome).slice(0, SAID_CHARS).toWellFormed() }
  return { outcome, problem: shown === 'false' ? 'it is false' : null }
}

async function run({ journal }: RunState, vm: Vm, cell: CellCode): Promise<CellResult> {
  const backstopMs = CELL_BACKSTOP_MS * (journal.live ? 1 : REPLAY_PATIENCE)
  const limits = { fuelPolls: CELL_FUEL_POLLS, calls: 0, backstopMs, outputChars: SAID_CHARS }
  return await vm.run(cell, limits, () => undefined, new AbortController().signal)
}

async function openVm({ ports, epochMs }: RunState, { id }: FrameState, name: string): Promise<Vm> {
  return await ports.sandbox.open({
    name: `${id} ${name}`,
    memoryBytes: GUEST_MEMORY_BYTES,
    stackBytes: GUEST_STACK_BYTES,
    seed: guestSeed(ports.log.key, id),
    epochMs,
    functions: [],
    context: { type: 'none' },
  })
}

/** Texts of JSON are texts of JavaScript once they are quoted. */
function givenCode(valueJson: string, citations: readonly Citation[], question: string): CellCode {
  const parsed = (json: string): string => `JSON.parse(${JSON.stringify(json)})`
  const code = `const value = ${parsed(valueJson)}; const citations = ${parsed(JSON.stringify(citations))}; const question = ${JSON.stringify(question)};`
  return { language: 'javascript', code }
}
