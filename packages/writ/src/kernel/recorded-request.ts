import { defined, type Omitted, type Partition } from '@writ/contract'
import { readFork } from './fork.ts'
import type { Past, RecordOf } from './past.ts'
import type { Authority } from './ports.ts'
import type { RunRequest } from './run.ts'

/** What was asked, as the opening record and what lies beside it tell: the same for a replay and a resumed run. */
export async function recordedRequest(
  past: Past,
  opening: RecordOf<'run.open'>,
): Promise<Omit<RunRequest, 'models' | 'signal' | 'suspend' | 'elapsedMs' | 'setup'>> {
  const { questionLabel, limits } = opening.det
  const fork = await readFork(past, opening)
  return {
    run: opening.run,
    question: await past.text(opening, 'question'),
    questionLabel,
    strategy: await past.text(opening, 'strategy'),
    limits,
    authority: JSON.parse(await past.text(opening, 'authority')) as Authority,
    version: opening.obs.version,
    ...defined({ fork }),
  }
}

/** What the run was over. */
export async function recordedPartitions(
  past: Past,
  opening: RecordOf<'run.open'>,
): Promise<{ readonly partitions: readonly Partition[]; readonly omitted: readonly Omitted[] }> {
  return {
    partitions: JSON.parse(await past.text(opening, 'partitions')) as readonly Partition[],
    omitted: JSON.parse(await past.text(opening, 'omitted')) as readonly Omitted[],
  }
}
