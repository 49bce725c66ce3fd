import type { AskedFilter, Partition, RecordedDecision } from '@writ/contract'
import type { RecordOf } from '@writ/evidence'
import { labelled } from './filtered-documents.ts'

type Recorded = Pick<RecordOf<'context.search'>['det'], 'outcome' | 'partitions' | 'decisions'>

/** What a step asks for: a `ContextStep`, as far as it tells which partitions that takes. */
interface Asked {
  readonly op: string
  readonly searches?: boolean
  readonly named?: readonly string[]
  readonly wanted?: string
  readonly where?: AskedFilter
}

/** Steps that go over all of a frame's scope and search no text. */
const LISTINGS: ReadonlySet<string> = new Set(['docs', 'tables'])

/**
 * The partitions that a recorded step may name, where it asks for nothing by name: those of the frame's scope, of the labels it asked
 * for. One that came to something names all of them that its own decisions do not refuse.
 */
export function recordedPartitions(
  scope: readonly Partition[],
  { op, searches, named, wanted, where }: Asked,
  { outcome, partitions, decisions }: Recorded,
): Partial<Recorded> {
  if (named !== undefined || wanted !== undefined) return {}
  if (searches !== true && !LISTINGS.has(op)) return {}
  const meant = labelled(scope, where).map(({ id }) => id)
  const refused = refusedBy(decisions)
  const left = meant.filter((id) => (outcome === 'ok' ? !refused.has(id) : partitions.includes(id)))
  return { partitions: left }
}

/** Ids of the partitions that decisions refuse, by themselves or since no model would be left to the frame. */
function refusedBy(decisions: readonly RecordedDecision[]): ReadonlySet<string> {
  const refused = new Set<string>()
  let resource = ''
  for (const decision of decisions) {
    if (decision.action !== 'model::call') ({ resource } = decision)
    if (decision.verdict !== 'allow') refused.add(resource.slice('partition:'.length))
  }
  return refused
}
