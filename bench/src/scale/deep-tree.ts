import { tree } from '@writ/simulator'
import { type Measure, rounded } from '../measure.ts'
import { oneRun } from '../one-run.ts'

const DEPTH = 4
const WIDTH = 2

/** Frames below frames, each leaf with one sub-call: every reply has to come back through all of them. */
export async function deepTree(): Promise<Measure> {
  const asked = { query: 'SIMTASK:root go', limits: { maxDepth: DEPTH, maxCalls: 1_000 } }
  const { answer } = await oneRun(tree(DEPTH, WIDTH), asked, () => 'a needle in a line\n')
  const leaves = WIDTH ** DEPTH
  const wanted = Array.from({ length: leaves }, () => `ECHO leaf of level ${DEPTH}`)
  const right = JSON.stringify(answer.value) === JSON.stringify(wanted)
  return {
    task: `a tree of depth ${DEPTH}`,
    score: answer.usage.maxDepth,
    detail: `levels below the root, scripted model; ${answer.usage.frames} frames, ${leaves} leaves${right ? ' all in the answer' : ', THE ANSWER IS ANOTHER ONE'}, ${rounded(answer.usage.wallMs / 1000, 1)} s`,
    target: String(DEPTH),
    met: right && answer.usage.maxDepth === DEPTH,
  }
}
