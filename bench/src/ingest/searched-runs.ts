import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { block, sequence } from '@writ/simulator'
import { type Measure, type Point, rounded } from '../measure.ts'
import { oneRun } from '../one-run.ts'
import type { GeneratedCorpus } from './generated-corpus.ts'

const MOST_MB = 700

/** Shares of the corpus that are asked, the smallest first. */
const SHARES = [0.01, 0.1, 1]

type Ingest = (home: string, paths: readonly string[]) => Promise<void>

/** Runs whose answer needs only search, over parts of a corpus and all of it, which `home` has. */
export async function* searchedRuns(
  home: string,
  corpus: GeneratedCorpus,
  ingest: Ingest,
): AsyncGenerator<Measure> {
  const script = (): Parameters<typeof oneRun>[0] =>
    sequence([
      block(
        'const found = await search("release notes deprecated function", { k: 20 });\nprint(found.length);',
      ),
      block('FINAL(found.length);'),
    ])
  const directories = readdirSync(corpus.folder).map((name) => join(corpus.folder, name))
  let smallest = 0
  for (const share of SHARES) {
    const query = 'SIMTASK:searched go'
    const asked = { query, limits: {}, ...(share === 1 ? { home } : {}) }
    const { answer, peak, cpuSeconds } = await oneRun(script(), asked, async (place) => {
      const some = directories.slice(0, Math.max(1, Math.round(directories.length * share)))
      if (share < 1) await ingest(join(place, 'home'), some)
      return { corpus: 'bench' }
    })
    const { wallMs } = answer.usage
    smallest ||= wallMs
    const point: Point = {
      series: 'a corpus that is searched',
      contextBytes: corpus.bytes * share,
      seconds: wallMs / 1000,
      memoryBytes: peak.bytes,
    }
    yield {
      task: `a run that searches ${rounded((corpus.bytes * share) / 1e6, 1)} MB`,
      score: rounded(wallMs),
      detail: `ms, ${rounded(wallMs / smallest, 2)} × the smallest; ${rounded(cpuSeconds, 2)} s of CPU with its start; ${rounded(peak.bytes / 1e6)} MB at the peak, scripted model; answer ${answer.answer ?? answer.reason ?? ''}`,
      target: `${MOST_MB} MB`,
      met: answer.answer === '20' && peak.bytes <= MOST_MB * 1e6,
      points: [point],
    }
  }
}
