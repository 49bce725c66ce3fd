import {
  clauseLeaf,
  contractTasks,
  goldLabels,
  hopLeaf,
  type LeafOptions,
  labelLeaf,
  multiHopTask,
  NIAH_KINDS,
  needleLeaf,
  niahTask,
  oolongTasks,
  pairsTasks,
  playing,
  type Script,
  type SimTask,
  type Tokenizer,
} from '@writ/simulator'
import type { Sources } from './sources.ts'

/** Tasks that are asked of one home and told in one line. */
export interface TaskGroup {
  readonly name: string
  /** The group without its size. */
  readonly family: string
  readonly tasks: readonly SimTask[]
  readonly script: Script
}

const SEED = 'writ'
const K = 1024
const NIAH_SIZES = [8, 16, 32, 64, 128, 256, 512, 1024]
const ALL = { niah: NIAH_SIZES, oolong: [8, 32, 128, 1024], pairs: [32, 128], hops: [2, 3, 4, 6] }
const QUICK = { niah: [8, 64], oolong: [8], pairs: [8], hops: [3] }
/** Of many tasks of a group, the quick part asks so many. */
const QUICK_TASKS = 9
const CONTRACTS = { quick: [10], all: [10, 50, 250] }
const LOSSY = { size: 8, rowLoss: 0.05, tasks: 3 }

/** The groups of the suite, each made when its turn comes: the largest windows need not be held together. */
export function* taskGroups(sources: Sources, tokenizer: Tokenizer, quick: boolean): Generator<TaskGroup> {
  for (const group of everyGroup(sources, tokenizer, quick))
    yield quick ? { ...group, tasks: spread(group.tasks, QUICK_TASKS) } : group
}

/** So many tasks of a list, from its beginning to its end. */
function spread(tasks: readonly SimTask[], most: number): readonly SimTask[] {
  const step = Math.max(1, tasks.length / most)
  return tasks.filter((_, n) => Math.floor(n / step) !== Math.floor((n - 1) / step))
}

function* everyGroup(sources: Sources, tokenizer: Tokenizer, quick: boolean): Generator<TaskGroup> {
  const { niah, oolong, pairs, hops } = quick ? QUICK : ALL
  const haystack = { sentences: sources.sentences, tokenizer }
  for (const size of niah)
    yield group(
      'S-NIAH',
      tokensName(size),
      NIAH_KINDS.map((kind) => niahTask(kind, size * K, SEED, haystack)),
      sources,
    )
  for (const size of oolong)
    yield group('OOLONG-like', tokensName(size), oolongTasks(size * K, SEED, sources.questions), sources)
  const lossy = oolongTasks(LOSSY.size * K, SEED, sources.questions).slice(0, LOSSY.tasks)
  yield group('OOLONG-like', `${tokensName(LOSSY.size)}, leaves lose 5 % of the rows`, lossy, sources, {
    seed: SEED,
    rowLoss: LOSSY.rowLoss,
  })
  for (const size of pairs)
    yield group(
      'OOLONG-Pairs',
      tokensName(size),
      pairsTasks(size * K, SEED, sources.questions, sources.pairs),
      sources,
    )
  yield group(
    'MultiHop-Synth',
    '',
    hops.map((count) => multiHopTask(count, SEED, sources.sentences)),
    sources,
  )
  for (const count of quick ? CONTRACTS.quick : CONTRACTS.all) {
    const contracts = sources.contracts.slice(0, count)
    const size = `${contracts.length} contracts, oracle leaf`
    yield group('CUAD-Agg', size, contractTasks(contracts), sources)
  }
}

function group(
  family: string,
  size: string,
  tasks: readonly SimTask[],
  { questions, contracts }: Sources,
  leaf: LeafOptions = { seed: SEED },
): TaskGroup {
  const script = playing(tasks, {
    'leaf.label': labelLeaf(goldLabels(questions), leaf),
    'leaf.needle': needleLeaf,
    'leaf.hop': hopLeaf,
    'leaf.clauses': clauseLeaf(contracts),
  })
  return { name: `${family} ${size}`.trimEnd(), family, tasks, script }
}

/** 128 × 1,024 tokens are called 131K, as the benchmarks do. */
function tokensName(size: number): string {
  if (size === 1024) return '1M'
  return size === 128 ? '131K' : `${size}K`
}
