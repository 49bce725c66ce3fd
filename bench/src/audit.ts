import { block, type Script, sequence } from '@writ/simulator'
import { type Measure, median, rounded } from './measure.ts'
import { runScript } from './scripted-run.ts'

const CALLS = 12
const DELAY_MS = 300
const MOST_PERCENT = 2
const ROUNDS = 3

/**
 * What recording costs a run whose model calls take 300 ms, one after the other: the time steps waited for their records
 * to be durable, and the time from the last step to the answer (close, root, signatures, evidence file on disk).
 */
export async function audit(): Promise<Measure> {
  const rounds: Cost[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await cost())
  const percent = median(rounds.map((round) => round.percent))
  const [recordMs, sealMs] = [median(rounds.map((r) => r.recordMs)), median(rounds.map((r) => r.sealMs))]
  return {
    task: `audit overhead of ${CALLS} model calls of ${DELAY_MS} ms`,
    score: rounded(percent, 2),
    detail: `% of the run: ${rounded(recordMs, 1)} ms waiting for records, ${rounded(sealMs, 1)} ms from the last step to the answer; scripted model`,
    target: `${MOST_PERCENT} %`,
    met: percent <= MOST_PERCENT,
  }
}

interface Cost {
  readonly recordMs: number
  readonly sealMs: number
  readonly percent: number
}

async function cost(): Promise<Cost> {
  const times = { opened: 0, lastStep: 0, answered: 0 }
  const code = `for (let n = 0; n < ${CALLS}; n += 1) await llm_query('item ' + n)`
  const leaf: Script = (request) => ({ kind: 'text', text: request.prompt, delayMs: DELAY_MS })
  const root = sequence([block(code), block('FINAL("done")')], leaf)
  const { events, cleanUp } = await runScript(root, CALLS + 10, {
    onEvent: (event) => {
      if (event.type === 'run.open') times.opened = performance.now()
      if (event.type === 'step') times.lastStep = performance.now()
      if (event.type === 'answer') times.answered = performance.now()
    },
  })
  await cleanUp()
  const answer = events.find((event) => event.type === 'answer')
  const recordMs = answer?.type === 'answer' ? answer.governance.recordMs : Number.NaN
  const sealMs = times.answered - times.lastStep
  return { recordMs, sealMs, percent: ((recordMs + sealMs) / (times.answered - times.opened)) * 100 }
}
