import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { block, sequence } from '@writ/simulator'
import { type Measure, type Point, rounded } from '../measure.ts'
import { oneRun } from '../one-run.ts'

const FILE_BYTES = 1_000_000
const FILES = { all: [1, 10, 30, 100], quick: [1, 20] }
const MOST_MB = 300
const LINE = 'an ordinary line of text that says nothing at all\n'

/** Corpora of files that are searched and read in parts, their ingestion included. */
export async function* largeContext(quick: boolean): AsyncGenerator<Measure> {
  for (const files of quick ? FILES.quick : FILES.all) yield await searched(files)
}

async function searched(files: number): Promise<Measure> {
  const script = sequence([
    block('const found = await grep("needle number [0-9]+", { limit: 1000 });\nprint(found.matches.length);'),
    block(
      'const ranked = await search("needle", { k: 20 });\nlet bytes = 0;\nfor (const match of found.matches) bytes += (await read(match.doc, match.start, match.end)).length;\nprint(ranked.length, bytes);',
    ),
    block('FINAL(found.matches.length);'),
  ])
  const prepare = async (place: string): Promise<{ paths: string[] }> => {
    const folder = join(place, 'corpus')
    await mkdir(folder)
    const text = LINE.repeat(FILE_BYTES / LINE.length)
    for (let n = 0; n < files; n += 1)
      await writeFile(join(folder, `part-${n}.txt`), `${text}needle number ${n}\n`)
    return { paths: [folder] }
  }
  const { answer, peak } = await oneRun(script, { query: 'SIMTASK:large go', limits: {} }, prepare)
  const right = answer.answer === String(files)
  const { modelCalls, inputTokens, outputTokens, wallMs } = answer.usage
  const point: Point = {
    series: 'files that are searched',
    contextBytes: files * FILE_BYTES,
    calls: modelCalls,
    tokens: inputTokens + outputTokens,
    seconds: wallMs / 1000,
    memoryBytes: peak.bytes,
  }
  const name = `${rounded((files * FILE_BYTES) / 1e6)} MB of context`
  return {
    task: name,
    score: rounded(peak.bytes / 1e6),
    detail: `MB at the peak, PSS of all processes (${rounded(peak.mapped / 1e6)} of it pages of files), ingestion included, scripted model; ${right ? 'every needle was found' : `THE ANSWER IS ${answer.answer ?? answer.reason ?? ''}`}`,
    target: `${MOST_MB} MB`,
    met: right && peak.bytes <= MOST_MB * 1e6,
    points: [point],
  }
}
