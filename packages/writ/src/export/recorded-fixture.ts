import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, Level } from '@writ/contract'
import { createWrit, type Writ } from '../index.ts'
import { clearedBundle } from '../runs/cleared-bundle.fixture.ts'

/** A home that holds one run of the built-in extractive model over generated texts, some of them out of the user's reach. */
export interface Recorded {
  readonly home: string
  readonly answer: Answer
  /** Path of the evidence file. */
  readonly evidence: string
  readonly trust: string
  readonly writ: Writ
  readonly cleanUp: () => Promise<void>
}

/** In every document that may be read: stored encrypted, never in a record. */
export const READ_MARK = 'the Quillfeather clause'
/** In a document above the user's clearance: nowhere at all. */
export const KEPT_MARK = 'the Oxenhall memorandum'

export async function recordRun(
  question: string,
  documents: Readonly<Record<string, string>>,
  clearance: Level = 'confidential',
): Promise<Recorded> {
  const place = await mkdtemp(join(tmpdir(), 'writ-exports-'))
  const policy = await clearedBundle(join(place, 'policy'), clearance)
  const [corpus, home] = [join(place, 'corpus'), join(place, 'home')]
  await mkdir(join(corpus, 'privileged'), { recursive: true })
  for (const [name, text] of Object.entries(documents)) await writeFile(join(corpus, name), text)
  await writeFile(
    join(corpus, 'corpus.json'),
    JSON.stringify({ labels: [{ glob: 'privileged/**', label: 'restricted:LEGAL_PRIVILEGE' }] }),
  )
  const writ = await createWrit({ home, policy })
  const answer = await writ.completion({ query: question, context: { paths: [corpus] }, strategy: 'recurse' })
  return {
    home,
    answer,
    evidence: answer.evidence ?? '',
    trust: join(home, 'trust.json'),
    writ,
    cleanUp: async () => {
      await writ.close()
      await rm(place, { recursive: true, force: true })
    },
  }
}

/** Contracts of which every third can be ended by patent litigation, and one that nobody may see. */
export function contracts(count = 12): Record<string, string> {
  const entries = Array.from({ length: count }, (_, n): [string, string] => {
    const filler = `Section ${n}.1 Definitions. Terms have the meaning given in this agreement.\n`.repeat(40)
    const clause =
      n % 3 === 0
        ? `Section ${n}.2 If the licensee starts patent litigation, its patent rights under this licence end (${READ_MARK}).\n`
        : `Section ${n}.2 This licence has no special provisions (${READ_MARK}).\n`
    return [`contract-${n}.txt`, filler + clause + filler]
  })
  return {
    ...Object.fromEntries(entries),
    'privileged/memo.txt': `Patent litigation: ${KEPT_MARK}.\n`.repeat(50),
  }
}
