import { type Basis, type Det, type Looked, outcomeOfCode, type Status } from '@writ/contract'
import { checkSupported } from './completeness-checks.ts'
import type { Lane } from './completeness-lanes.ts'
import { mayHaveEnded } from './completeness-limits.ts'
import type { RecordOf, RecordPlace } from './fold-run.ts'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

/** What first cut a run short: a limit that refused a step, or a child that was cut short. */
interface Cut {
  /** Codes its reason may have; null where no record says which limit it was. */
  readonly code: string | null
  readonly child: string | null
}

/** What of a run its close has to say: gathered record by record. */
export class Ending {
  #cut: Cut | undefined
  #plan: Basis | undefined
  #model = false
  #released = false
  #checks: Det['output.release']['checks']
  /** Partitions that were searched, and those of which text was handed over. */
  readonly #searched = new Set<string>()
  readonly #handed = new Set<string>()

  accept(record: AnyRecord, { frame, at }: RecordPlace<Lane>): void {
    const { kind, det } = record
    this.#cut ??= cutBy(record)
    if (kind === 'strategy.chosen') this.#plan = det.plan?.basis
    if ((kind === 'context.read' || kind === 'context.search') && det.exact === true) {
      const planned = this.#plan !== undefined && frame.parent === null
      if (!planned || !EXACT.has(det.op) || det.outcome !== 'ok')
        mismatch('Only a query of a root that answers by a plan answers exactly.', `${at}/det/exact`)
      this.#plan = 'exact'
    }
    if (kind === 'model.call' && det.outcome === 'ok' && !det.model.startsWith('builtin/')) this.#model = true
    if (kind === 'output.release' && det.outcome === 'ok' && frame.parent === null) {
      this.#released = true
      this.#checks = det.checks
    }
    if ((kind === 'context.search' || kind === 'context.read') && det.outcome === 'ok')
      for (const id of det.partitions) {
        if (SEARCHING.has(det.op)) this.#searched.add(id)
        if (HANDING.has(det.op)) this.#handed.add(id)
      }
  }

  check(
    { det, obs }: RecordOf<'run.close'>,
    root: Lane,
    run: Det['run.open'],
    { some, noted }: { readonly some: boolean; readonly noted: boolean },
    at: string,
  ): void {
    this.#checkStatus(det, root, some, at)
    if ((det.reason === null) !== (obs.reason === null))
      mismatch('The reason is given in code or in words, not in both.', `${at}/obs/reason`)
    const basis = !this.#released ? null : this.#model || noted ? 'model' : (this.#plan ?? 'passages')
    if (det.basis !== basis)
      mismatch(`The records give the basis ${basis}, not ${det.basis}.`, `${at}/det/basis`)
    if ((det.support === null) !== !this.#released)
      mismatch('Leaves are counted of what was released, and of nothing else.', `${at}/det/support`)
    if (det.support !== null && det.support.computed > 0 && basis !== 'exact')
      mismatch('Leaves are said to be computed of an answer that is not exact.', `${at}/det/support/computed`)
    checkSupported(this.#checks, det.support, at)
    this.#checkCoverage(obs.coverage, run.partitions, at)
  }

  /** A limit that refused a step makes a run incomplete, and says why; a run that released nothing is never complete. */
  #checkStatus({ status, reason }: Det['run.close'], root: Lane, some: boolean, at: string): void {
    const last = root.celled && root.turnsTaken >= root.maxTurns
    // An answer that a cell named is whole, unless the frame was ended from outside, or for naming what cannot be released.
    const whole = root.final && !mayHaveEnded(root) && !isStopped(reason) && !wandered(reason)
    const possible: readonly Status[] = this.#released
      ? whole && this.#cut === undefined
        ? ['complete']
        : this.#cut !== undefined || last
          ? ['incomplete']
          : ['complete', 'incomplete']
      : this.#cut !== undefined
        ? ['incomplete', 'denied']
        : ['incomplete', 'denied', 'failed']
    if (!possible.includes(status))
      mismatch(`The records give the status ${possible.join(' or ')}, not ${status}.`, `${at}/det/status`)
    if ((reason === null) !== (status === 'complete'))
      mismatch(`A run that is ${status} has ${reason === null ? 'no' : 'a'} reason.`, `${at}/det/reason`)
    if (status === 'denied' && !some)
      mismatch('The run is said to be denied, and no decision refuses anything.', `${at}/det/status`)
    if (reason !== null) this.#checkReason(reason, status, at)
  }

  #checkReason({ code, data }: NonNullable<Det['run.close']['reason']>, status: Status, at: string): void {
    const outcome = outcomeOfCode(code)
    // The last prose of the root's model stands for its answer, whatever cut the run short.
    if (code === 'PROSE_ANSWER') {
      if (!this.#released)
        mismatch('Prose is said to be the answer, and nothing was released.', `${at}/det/reason/code`)
      return
    }
    // A run out of time gives that as its reason, whatever cut it short before.
    if (this.#cut !== undefined && outcome !== 'timeout') {
      const { code: due, child } = this.#cut
      const same = due === null ? outcome === 'limit' : code === due
      if (!same || (child !== null && data.child !== child))
        mismatch(`What cut the run short first was ${due ?? 'a limit'}, not ${code}.`, `${at}/det/reason`)
      return
    }
    const due =
      outcome === 'denied' ? 'denied' : outcome === 'limit' || outcome === 'timeout' ? 'incomplete' : null
    if (due !== null && due !== status && !this.#released)
      mismatch(`A run that ended with ${code} is ${due}, not ${status}.`, `${at}/det/reason/code`)
    if (status === 'denied' && due !== 'denied')
      mismatch(`A run that ended with ${code} was not denied.`, `${at}/det/reason/code`)
  }

  /** Documents and bytes are those the run opened with; no more was searched or read than what was touched. */
  #checkCoverage(
    coverage: RecordOf<'run.close'>['obs']['coverage'],
    partitions: Det['run.open']['partitions'],
    at: string,
  ): void {
    const all = sizeOf(partitions, () => true)
    const handed = sizeOf(partitions, ({ id }) => this.#handed.has(id))
    const searched = sizeOf(partitions, ({ id }) => this.#searched.has(id))
    const { documents, bytes, touched } = coverage
    if (documents !== all.documents || bytes !== all.bytes)
      mismatch(`The run opened with ${all.documents} documents of ${all.bytes} bytes.`, `${at}/obs/coverage`)
    for (const [looked, within] of [
      [coverage, ''],
      [coverage.checks ?? NOTHING_LOOKED_AT, '/checks'],
    ] as const) {
      const [key, most] =
        looked.touched > handed.documents
          ? ['touched', handed.documents]
          : looked.searched > searched.bytes
            ? ['searched', searched.bytes]
            : looked.read > handed.bytes
              ? ['read', handed.bytes]
              : [null, 0]
      if (key !== null) mismatch(`The records leave at most ${most}.`, `${at}/obs/coverage${within}/${key}`)
    }
    if ((coverage.unstructured?.files ?? 0) > documents)
      mismatch('There is more source than there are documents.', `${at}/obs/coverage/unstructured`)
    if (touched > coverage.read || (coverage.read > 0 && touched === 0))
      mismatch('Every document that was touched was read in part.', `${at}/obs/coverage/touched`)
  }
}

const NOTHING_LOOKED_AT: Looked = { touched: 0, searched: 0, read: 0 }

function isStopped(reason: Det['run.close']['reason']): boolean {
  const outcome = reason === null ? 'ok' : outcomeOfCode(reason.code)
  return outcome === 'timeout' || outcome === 'cancelled'
}

function wandered(reason: Det['run.close']['reason']): boolean {
  return reason?.code === 'NO_PROGRESS' || reason?.data.ended === 'NO_PROGRESS'
}

/** Operations whose results may answer exactly. */
const EXACT: ReadonlySet<string> = new Set(['sql', 'links'])
/** Operations that find something, and those whose results hold text of documents. */
const FINDING = ['search', 'grep', 'dates', 'amounts', 'references', 'sql', 'symbols', 'links']
const SEARCHING: ReadonlySet<string> = new Set([...FINDING, 'similar'])
const HANDING: ReadonlySet<string> = new Set([...FINDING, 'read'])

function cutBy({ kind, det }: AnyRecord): Cut | undefined {
  switch (kind) {
    case 'context.search':
    case 'context.read':
    case 'local':
    case 'memory.write':
    case 'model.call':
    case 'frame.spawn':
      return det.outcome === 'limit' ? { code: det.code, child: null } : undefined
    case 'model.result':
      return det.outcomes.limit === undefined ? undefined : { code: det.code, child: null }
    case 'frame.join':
      return det.incomplete ? { code: 'CHILD_CUT', child: det.child } : undefined
    default:
      return undefined
  }
}

interface Size {
  readonly documents: number
  readonly bytes: number
}

function sizeOf(
  partitions: Det['run.open']['partitions'],
  counts: (partition: { readonly id: string }) => boolean,
): Size {
  return partitions
    .filter(counts)
    .reduce(
      (sum, { documents, bytes }) => ({ documents: sum.documents + documents, bytes: sum.bytes + bytes }),
      { documents: 0, bytes: 0 },
    )
}

function mismatch(detail: string, at: string): never {
  refuse('CLOSE_DIFFERS', detail, at)
}
