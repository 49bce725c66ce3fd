import { join } from 'node:path'
import { o200k, queryOf, type SimTask, type Simulator, type Tokenizer } from '@writ/simulator'
import { verifyFile, type Writ } from 'writ'
import type { BenchOptions } from '../bench-options.ts'
import { type Measure, type Point, rounded } from '../measure.ts'
import { servedHome } from '../served.ts'
import { type TaskGroup, taskGroups } from './groups.ts'
import { officialScores } from './official-scores.ts'
import { madeSources, readSources } from './sources.ts'

const PRICE = { inputNanoUsd: 250, outputNanoUsd: 2_000 }
const MAX_CALLS = 2_000

/** What came of one task. */
interface Outcome {
  readonly task: SimTask
  readonly score: number
  readonly calls: number
  readonly tokens: number
  /** Whether what the run was charged is what the server counted. */
  readonly reconciled: boolean
  readonly ms: number
  readonly problem: string | null
}

/** Whether the engine comes to the right answer when its model makes no mistake. */
export async function* exactness({ data, quick }: BenchOptions): AsyncGenerator<Measure> {
  if (data !== undefined) yield officialScores(data)
  const sources = data === undefined ? madeSources() : readSources(data)
  const tokenizer = await o200k()
  for (const group of taskGroups(sources, tokenizer, quick)) {
    const outcomes = await played(group, tokenizer)
    yield measured(group, outcomes, sources.name)
  }
}

async function played({ tasks, script }: TaskGroup, tokenizer: Tokenizer): Promise<Outcome[]> {
  return await servedHome({ script, tokenizer, price: PRICE }, async (writ, simulator, home) => {
    const outcomes: Outcome[] = []
    for (const task of tasks) outcomes.push(await one(task, writ, simulator, home))
    return outcomes
  })
}

async function one(task: SimTask, writ: Writ, simulator: Simulator, home: string): Promise<Outcome> {
  simulator.reset()
  const started = performance.now()
  const answer = await writ.completion({
    query: queryOf(task),
    context: task.context,
    strategy: 'recurse',
    limits: { maxCalls: MAX_CALLS },
  })
  const ms = performance.now() - started
  const { usage } = answer
  const journal = simulator.journal()
  const score = answer.answer === null ? 0 : task.score(answer.answer)
  const verified = await verifyFile(answer.evidence ?? '', { trust: join(home, 'trust.json'), answer })
  return {
    task,
    score,
    ms,
    calls: usage.modelCalls,
    tokens: usage.inputTokens + usage.outputTokens,
    reconciled:
      usage.modelCalls === journal.requests &&
      usage.inputTokens === journal.inputTokens &&
      usage.outputTokens === journal.outputTokens,
    problem:
      answer.status === 'complete' && verified.ok
        ? null
        : `${answer.status}: ${answer.reason ?? 'evidence refused'}`,
  }
}

function measured(group: TaskGroup, outcomes: readonly Outcome[], source: string): Measure {
  const sum = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0)
  const wrong = outcomes.filter(
    ({ score, reconciled, problem }) => score !== 1 || !reconciled || problem !== null,
  )
  const sizes = group.tasks.flatMap(({ size }) => (size === undefined ? [] : [size]))
  const most =
    sizes.length === 0 ? '' : `, up to ${Math.max(...sizes).toLocaleString('en-US')} pairs released`
  const said = wrong.map(
    ({ task, score, reconciled, problem }) =>
      `; ${task.name}: ${rounded(score, 3)}${reconciled ? '' : ', charged other than the journal'}${problem === null ? '' : `, ${problem}`}`,
  )
  return {
    task: group.name,
    score: rounded(sum(({ score }) => score) / outcomes.length, 4),
    detail: `engine exactness, scripted model, ${source}: ${outcomes.length} tasks${most}, ${sum(({ calls }) => calls).toLocaleString('en-US')} calls, ${sum(({ tokens }) => tokens).toLocaleString('en-US')} tokens as in the journal, ${rounded(sum(({ ms }) => ms) / 1000, 1)} s${said.join('')}`,
    target: '1.0',
    met: outcomes.length > 0 && wrong.length === 0,
    points: outcomes.map((outcome) => pointOf(outcome, group)),
  }
}

function pointOf({ task, calls, tokens, ms }: Outcome, { name, family }: TaskGroup): Point {
  const contextBytes = task.context.reduce((total, { text }) => total + Buffer.byteLength(text), 0)
  return { series: family, group: name, contextBytes, calls, tokens, seconds: ms / 1000 }
}
