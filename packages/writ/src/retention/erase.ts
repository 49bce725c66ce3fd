import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { counted, type Det, type Ledger, runsOfNotes, WritError } from '@writ/contract'
import {
  decodeRecord,
  ERASURE_KIND,
  type Erasure,
  emptyDisclosures,
  hex,
  leafHash,
  MerkleTree,
  sha256Hex,
  signByOperator,
} from '@writ/evidence'
import { erasedRuns, keepErasure, lastErasure } from '../files/erasures.ts'
import { forgetRun } from '../files/note-shelf.ts'
import { requireReason } from '../files/reason.ts'
import { packsOfRun } from '../files/run-packs.ts'
import type { HomeServices } from '../home/home-services.ts'
import { destroyFile, eraseContent, unlessHeld } from '../ledger/index.ts'
import { dropPacks } from '../memory/index.ts'
import { type EvidenceState, emptyEvidence, evidenceState, isLaidOpen } from './empty.ts'

/** What an erasure never reaches, whatever the run. */
const NEVER_REACHED = [
  'the records of the run: user, purpose, labels, sizes, counts, times, model and policy ids, error codes',
  'named corpora and their packs',
  'the documents where they were read from',
  'evidence files written with --out, exported copies, reports, what people wrote down, and backups',
  'what model providers keep',
]

/**
 * Erases the content of a run: packs nobody else uses, payloads and question, the run's key, what its evidence file in the
 * home discloses. A signed statement, which goes into the log and the emptied evidence file, says what was reached and what
 * was not. One that was cut short can be done again. Rejects with `UNKNOWN_RUN`, `RUN_BUSY`, `LEGAL_HOLD`, and `USAGE` for a
 * reason that is too long.
 */
export async function eraseRun(services: HomeServices, run: string, reason: string): Promise<Erasure> {
  requireReason(reason)
  const { home } = services
  const signer = await services.signer()
  return await unlessHeld(home, run, async () => {
    const facts = await gather(await services.ledger(), run, erasedRuns(home))
    // Opened first: what could not be logged is not begun.
    const log = await services.log()
    forgetRun(home, run)
    const packs = await eraseContent(home, run, () => dropPacks(home, facts.own, facts.others))
    const evidence = await evidenceState(home, run)
    const erasure = describe(run, reason, facts, packs.dropped, evidence, lastErasure(home, run))
    const statement = await signByOperator(signer, ERASURE_KIND, erasure)
    await emptyEvidence(home, run, evidence, statement, destroyFile)
    await log.append(statement)
    // Last: a run counts as erased once the log says so, and until then is erased again.
    await keepErasure(home, run, statement)
    if (facts.packages !== undefined) await services.sandboxes.dropWheels(facts.packages)
    return erasure
  })
}

/** Whether anything of the content of a run is left that an erasure reaches. Rejects with `UNKNOWN_RUN`. */
export async function isErasable({ home, ledger }: HomeServices, run: string): Promise<boolean> {
  if (!erasedRuns(home).has(run)) return true
  const opened = await ledger()
  const head = (await opened.runs()).find((known) => known.run === run)
  if (head === undefined) throw new WritError('UNKNOWN_RUN', `There is no run ${run} in this home.`, { run })
  return (
    head.question !== '' ||
    (await opened.payloadPaths(run, '')).length > 0 ||
    existsSync(join(home, 'keys', 'runs', `${run}.key`)) ||
    (await isLaidOpen(home, run))
  )
}

function describe(
  run: string,
  reason: string,
  { root, shared, relatedRuns, followers, readers }: Facts,
  dropped: number,
  evidence: EvidenceState,
  before: Erasure | undefined,
): Erasure {
  const reached = [
    'the key of the run',
    'its payloads and its question in the ledger',
    ...REACHED_EVIDENCE[evidence],
    ...(dropped > 0 ? [`${counted(dropped, 'pack')} of documents that only this run used`] : []),
  ]
  const notReached = [
    ...NEVER_REACHED,
    ...(shared > 0 ? [`${counted(shared, 'pack')} of documents that other runs use`] : []),
    ...(relatedRuns.length > 0 ? [`what it shares by a fork with ${relatedRuns.join(', ')}`] : []),
    ...(readers.length > 0 ? [`its notes in ${readers.join(', ')}, which were given them`] : []),
    ...(followers.length > 0
      ? [`its question and answer in ${followers.join(', ')}, which went on from it`]
      : []),
  ]
  return {
    run,
    root,
    reason,
    at: new Date().toISOString(),
    // Without its key nobody knows any more which packs a run used: what was said of them then is still so.
    reached: [...new Set([...reached, ...(before?.reached ?? [])])],
    notReached: [...new Set([...notReached, ...(before?.notReached ?? [])])],
    ...(evidence === 'emptied' ? { disclosures: sha256Hex(emptyDisclosures(run)) } : {}),
  }
}

const REACHED_EVIDENCE: Readonly<Record<EvidenceState, readonly string[]>> = {
  emptied: ['question, answer and citations in its evidence file in the home'],
  destroyed: ['its evidence file in the home, as a whole, for it could not be read as one'],
  none: [],
}

interface Facts {
  readonly root: string
  /** Packs only this run used. */
  readonly own: readonly string[]
  /** Packs that other runs use. */
  readonly others: ReadonlySet<string>
  /** How many of its packs others use too. */
  readonly shared: number
  /** The run it was forked from and those forked from it: they hold what they share. */
  readonly relatedRuns: readonly string[]
  /** Runs that went on from it, or from one that did: they hold what was asked and answered. */
  readonly followers: readonly string[]
  /** Runs that were given notes of it: they hold those. */
  readonly readers: readonly string[]
  /** Digests of the packages of Python that runs with content have; undefined where not all runs are known. */
  readonly packages: ReadonlySet<string> | undefined
}

async function gather(ledger: Ledger, run: string, erased: ReadonlySet<string>): Promise<Facts> {
  const tree = new MerkleTree()
  for await (const record of ledger.records(run)) tree.append(leafHash(record))
  const packs = await packsOfRun(ledger, run)
  const others = new Set<string>()
  const origin = (await openingOf(ledger, run))?.fork?.run
  const relatedRuns: string[] = []
  const readers: string[] = []
  const followed = new Set([run])
  const packages = new Set<string>()
  const heads = await ledger.runs()
  // Oldest first: whoever went on from a follower holds what that one held.
  for (const head of heads.toReversed()) {
    if (head.run === run) continue
    for (const pack of await packsOfRun(ledger, head.run)) others.add(pack)
    const opening = await openingOf(ledger, head.run)
    if (head.run === origin || opening?.fork?.run === run) relatedRuns.push(head.run)
    if (!erased.has(head.run)) for (const { sha256 } of opening?.packages ?? []) packages.add(sha256)
    if (runsOfNotes(opening?.notes).includes(run)) readers.push(head.run)
    if (opening?.conversation?.follows.some((earlier) => followed.has(earlier.run))) followed.add(head.run)
  }
  const own = packs.filter((pack) => !others.has(pack))
  const followers = [...followed].filter((follower) => follower !== run)
  return {
    root: hex(tree.root()),
    own,
    others,
    shared: packs.length - own.length,
    relatedRuns,
    followers,
    readers,
    packages: (await ledger.damaged()).length === 0 ? packages : undefined,
  }
}

/** How a run was opened. */
async function openingOf(ledger: Ledger, run: string): Promise<Det['run.open'] | undefined> {
  for await (const bytes of ledger.records(run)) {
    const opening = decodeRecord(bytes)
    return opening.kind === 'run.open' ? opening.det : undefined
  }
  return undefined
}
