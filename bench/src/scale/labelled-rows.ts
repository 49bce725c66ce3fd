import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { goldLabels, labelLeaf, madeQuestions, oolongTasks, playing, queryOf } from '@writ/simulator'
import { type Measure, type Point, rounded } from '../measure.ts'
import { oneRun } from '../one-run.ts'

const K = 1024
const TOKENS = { all: [8, 32, 128, 512, 1024], quick: [8, 32] }
const SEED = 'scale'

/** Windows that a leaf has to read row by row: calls, tokens and time may grow with the rows, and memory hardly. */
export async function labelledRows(quick: boolean): Promise<Measure> {
  const questions = madeQuestions()
  const points: Point[] = []
  const wrong: string[] = []
  for (const size of quick ? TOKENS.quick : TOKENS.all) {
    const [task] = oolongTasks(size * K, SEED, questions)
    if (task === undefined) throw new Error(`a window of ${size}K tokens has no question`)
    const text = task.context.map((document) => document.text).join('')
    const script = playing([task], { 'leaf.label': labelLeaf(goldLabels(questions), { seed: SEED }) })
    const prepare = async (place: string): Promise<{ paths: string[] }> => {
      const folder = join(place, 'corpus')
      await mkdir(folder)
      await writeFile(join(folder, 'window.txt'), text)
      return { paths: [folder] }
    }
    const asked = { query: queryOf(task), limits: { maxCalls: 10_000 } }
    const { answer, peak } = await oneRun(script, asked, prepare)
    const { modelCalls, inputTokens, outputTokens, wallMs } = answer.usage
    if (task.score(answer.answer ?? '') !== 1) wrong.push(`${size}K: ${answer.reason ?? answer.answer ?? ''}`)
    points.push({
      series: 'every row read by a leaf',
      contextBytes: Buffer.byteLength(text),
      calls: modelCalls,
      tokens: inputTokens + outputTokens,
      seconds: wallMs / 1000,
      memoryBytes: peak.bytes,
    })
  }
  const [least, most] = [points[0]?.memoryBytes ?? Number.NaN, points.at(-1)?.memoryBytes ?? Number.NaN]
  const calls = points.at(-1)?.calls ?? 0
  return {
    task: `every row of ${points.length} windows`,
    score: rounded(most / 1e6),
    detail: `MB at the peak for the largest window, ${rounded(least / 1e6)} for the smallest, PSS of all processes, scripted model; ${calls.toLocaleString('en-US')} calls${wrong.length === 0 ? ', each answer right' : `; WRONG: ${wrong.join('; ')}`}`,
    points,
  }
}
