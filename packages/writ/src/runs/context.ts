import { userInfo } from 'node:os'
import {
  type ContextStore,
  defined,
  type IngestRequest,
  type KeptCorpus,
  label,
  type RunEvent,
} from '@writ/contract'
import type {
  AskedOptions,
  ContextOptions,
  ContextSource,
  IngestOptions,
  SourcePaths,
} from '../files/options.ts'
import { packsOfRuns } from '../files/run-packs.ts'
import type { HomeServices } from '../home/home-services.ts'
import { requireCorpus, requireGlobs, requirePaths } from '../memory/index.ts'
import type { PolicyPoint } from '../policy/index.ts'
import type { EarlierAnswer } from './earlier-run.ts'

/** The question, and documents nobody labelled. */
export const DEFAULT_LEVEL = 'internal'

/** What can be known of a context before the home is made. Throws what opening it would reject with. */
export function requireContext(
  home: string,
  { context, includeSecret = [], labels = [] }: ContextOptions,
): void {
  requireGlobs([...includeSecret, ...labels.map(({ glob }) => glob)])
  if (typeof context !== 'object' || isStore(context)) return
  if ('corpus' in context) requireCorpus(home, context.corpus)
  if ('paths' in context) requirePaths(context.paths)
}

/** Opens what a question is asked over. */
export async function openContext(
  services: HomeServices,
  asked: ContextOptions,
  policy: PolicyPoint,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
): Promise<ContextStore> {
  const { context: source } = asked
  if (isStore(source)) return source
  const library = await services.library()
  if (typeof source === 'object' && 'corpus' in source) return await library.openNamed(source.corpus)
  const texts =
    typeof source === 'string' ? [{ id: 'context', text: source }] : 'paths' in source ? [] : source
  return await library.open({
    ...ingestRequest(services, 'context', asked, policy),
    ...(typeof source === 'object' && 'paths' in source ? sourcePaths(source) : { paths: [] }),
    texts,
    signal,
    onProgress: (progress) => onEvent({ type: 'ingest', ...progress }),
  })
}

/** Opens the corpus of a run that is gone on from. */
export async function reopenContext(
  services: HomeServices,
  { partitions, omitted }: Pick<EarlierAnswer, 'partitions' | 'omitted'> = { partitions: [], omitted: [] },
): Promise<ContextStore> {
  return await (await services.library()).reopen(partitions, omitted)
}

/** Ingests paths and keeps the corpus under a name. */
export async function ingest(
  services: HomeServices,
  name: string,
  options: IngestOptions,
): Promise<KeptCorpus> {
  const [library, policy] = await Promise.all([services.library(), services.policy()])
  const { signal, onProgress, rehash } = options
  return await library.ingest(name, {
    ...ingestRequest(services, name, options, policy),
    ...sourcePaths(options),
    inUse: async () => await packsOfRuns(await services.ledger()),
    ...defined({ signal, onProgress, rehash }),
  })
}

/** Whether the program gave a store of its own, which it closes itself. */
export function hasStore(asked: AskedOptions): boolean {
  return 'context' in asked && isStore(asked.context)
}

function isStore(source: ContextSource): source is ContextStore {
  return typeof source === 'object' && 'locate' in source
}

function ingestRequest(
  { home }: HomeServices,
  collection: string,
  options: Pick<IngestOptions, 'label' | 'labels' | 'includeSecret' | 'principal' | 'purpose'>,
  policy: PolicyPoint,
): Omit<IngestRequest, 'paths'> {
  return {
    texts: [],
    collection,
    defaultLabel: options.label ?? label(DEFAULT_LEVEL, [], true),
    labels: options.labels ?? [],
    includeSecret: options.includeSecret ?? [],
    purposes: [options.purpose ?? policy.defaultPurpose],
    owner: options.principal ?? userInfo().username,
    home,
  }
}

function sourcePaths({ paths, matched = [] }: SourcePaths): Pick<IngestRequest, 'paths' | 'matched'> {
  return { paths, matched }
}
