import { setTimeout as pause } from 'node:timers/promises'
import type { RunEvent } from 'writ'
import { bareCalls } from '../bare-calls.ts'
import { takeShipped } from '../own-process.ts'
import { treeCpuSeconds } from '../process-tree.ts'

// Calls with nothing around them, and the same calls as sub-calls of a cell, in a process of their own: its CPU, and that of
// the sandbox below it, are those of the calls alone. Arguments: a home, a server, calls of a batch, calls one by one, rounds.

/** What some calls took, all together. */
export interface CallsTaken {
  readonly wallMs: number
  readonly cpuMs: number
}

/** The same calls, bare and governed, one after the other. */
export interface OverheadRound {
  readonly calls: number
  readonly bare: CallsTaken
  readonly governed: CallsTaken
}

export interface OverheadRun {
  readonly batches: readonly OverheadRound[]
  readonly sequences: readonly OverheadRound[]
}

const IN_FLIGHT = 16
const LOOK_MS = 200
/** Less CPU than this share of one core is what looking at it takes. */
const IDLE_SHARE = 0.1

const { createWrit, args } = await takeShipped()
const [home = '', baseUrl = '', batch = '', sequence = '', rounds = ''] = args
const call = bareCalls(baseUrl)
const writ = await createWrit({ home, model: 'any/model', baseUrl })

/** Makes calls, so many at once. */
async function bare(calls: number, inFlight: number): Promise<CallsTaken> {
  const begin = now()
  await call(calls, inFlight)
  return since(begin)
}

/** Has the second turn of a scripted root make calls, and takes what its cell took. */
async function governed(task: string, calls: number): Promise<CallsTaken> {
  let begin = now()
  let taken: CallsTaken | undefined
  let turns = 0
  const onEvent = (event: RunEvent): void => {
    if (event.type !== 'step' || event.outcome === 'started') return
    if (event.op === 'turn') turns += 1
    if (event.op === 'turn' && turns === 2) begin = now()
    if (event.kind === 'cell' && turns === 2) taken = since(begin)
  }
  const answer = await writ.completion({
    query: `SIMTASK:${task} go`,
    context: 'a short text\n',
    strategy: 'recurse',
    limits: { concurrency: IN_FLIGHT, maxCalls: calls + 10 },
    onEvent,
  })
  if (answer.answer !== String(calls) || taken === undefined)
    throw new Error(`the run ended as ${answer.status}: ${answer.reason ?? answer.answer ?? ''}`)
  return taken
}

async function measured(task: string, calls: number, inFlight: number): Promise<OverheadRound[]> {
  const found: OverheadRound[] = []
  for (let round = -1; round < Number(rounds); round += 1) {
    await settled()
    const both = { calls, bare: await bare(calls, inFlight), governed: await governed(task, calls) }
    if (round >= 0) found.push(both) // the first warms up
  }
  return found
}

/** Waits until nothing is done any more: after a run, Writ starts the child that the next one will use. */
async function settled(): Promise<void> {
  let before: number
  do {
    before = treeCpuSeconds()
    await pause(LOOK_MS)
  } while (treeCpuSeconds() - before > IDLE_SHARE * (LOOK_MS / 1000))
}

interface Moment {
  readonly at: number
  readonly cpu: number
}

function now(): Moment {
  return { cpu: treeCpuSeconds(), at: performance.now() }
}

function since({ at, cpu }: Moment): CallsTaken {
  const wallMs = performance.now() - at
  return { wallMs, cpuMs: (treeCpuSeconds() - cpu) * 1000 }
}

const run: OverheadRun = {
  batches: await measured('batch', Number(batch), IN_FLIGHT),
  sequences: await measured('sequence', Number(sequence), 1),
}
await writ.close()
process.stdout.write(JSON.stringify(run))
