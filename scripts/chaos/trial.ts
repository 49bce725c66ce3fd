import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { AnyRecord } from '@writ/evidence'
import type { Simulator } from '@writ/simulator'
import { createWrit, verifyFile, type Writ } from 'writ'
import { type Damage, damageLog, LogCopies, SHARD } from './damage.ts'
import { isDamaged, type LedgerView, type OpenBatch, viewLedger } from './ledger-view.ts'
import { type Cut, type Ended, runWrit } from './process.ts'
import { FRAMES, IN_FLIGHT, type Scenario } from './scenarios.ts'

/** How often a run may be started and resumed before it counts as stuck. */
const MOST_LIVES = 12

/**
 * Requests of one batch that are sent again at most: those in flight, as many again that had come back and were on their way to
 * the ledger.
 */
const MOST_SENT_AGAIN = 2 * IN_FLIGHT

/** How the lives of one run are cut short. */
export interface Plan {
  /** What is run; frames by default. */
  readonly scenario?: Scenario
  /** Where each life is ended, in turn; the life after the last one is left alone. */
  readonly cuts: readonly Cut[]
  readonly signal: 'SIGKILL' | 'SIGTERM'
  /** Command line that the first life runs under. */
  readonly wrap?: readonly string[]
  /** Where the home goes; a directory of the trial's own by default. */
  readonly home?: string
  /** Done between the first life and the next. */
  readonly mend?: () => Promise<void>
  /** Done to the ledger after the first life. */
  readonly damage?: Damage
}

/** What one run went through. Faults are what must not be. */
export interface Outcome {
  readonly faults: readonly string[]
  /** All its lives; the last one was left alone. */
  readonly lives: readonly Ended[]
  readonly cuts: readonly CutShort[]
  /** Requests sent again: all of them were in doubt. */
  readonly reissued: number
  /** Batches that a process left without a result. */
  readonly openBatches: readonly OpenBatch[]
  /** Requests sent again because a person accepted that the ledger had lost them. */
  readonly paidAgain: number
  /** What came of damage to the ledger; undefined when there was none. */
  readonly damage: 'refused until accepted' | 'nothing was lost' | undefined
}

/** A life that ended before its run was finished. */
export interface CutShort {
  readonly by: 'SIGKILL' | 'SIGTERM' | 'disk'
  readonly resumed: boolean
  /** Kind of the last record that it left; none when the run was not opened yet. */
  readonly after: string | undefined
}

/** Asks once, ends the process as planned, resumes until the run is finished, and holds all of it against what must be. */
export async function runTrial(simulator: Simulator, plan: Plan): Promise<Outcome> {
  const place = await mkdtemp(join(tmpdir(), 'writ-chaos-'))
  try {
    return await new Trial(simulator, plan, place).go()
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

class Trial {
  readonly #simulator: Simulator
  readonly #plan: Plan
  readonly #place: string
  readonly #home: string
  readonly #faults: string[] = []
  readonly #lives: Ended[] = []
  readonly #cuts: CutShort[] = []
  readonly #scenario: Scenario
  #reissued = 0
  readonly #openBatches: OpenBatch[] = []
  /** The run that is gone on from. */
  #earlier: string | undefined
  #paidAgain = 0
  #damage: Outcome['damage']
  readonly #copies: LogCopies
  /** Requests of the server's journal that the run sent that is gone on from. */
  #before = 0
  /** Requests of the server's journal that were looked at. */
  #heard = 0

  constructor(simulator: Simulator, plan: Plan, place: string) {
    this.#simulator = simulator
    this.#plan = plan
    this.#scenario = plan.scenario ?? FRAMES
    this.#place = place
    this.#home = plan.home ?? join(place, 'home')
    this.#copies = new LogCopies(this.#home, place)
  }

  async go(): Promise<Outcome> {
    const docs = join(this.#place, 'docs.txt')
    await writeFile(docs, 'a needle\nanother needle\nthe third needle\n')
    if (this.#scenario.first !== undefined) await this.#askFirst(this.#scenario.first, docs)
    let view = await this.#look()
    while (this.#lives.length < MOST_LIVES && this.#lives.at(-1)?.code !== 0 && !this.#hasEnded()) {
      const before = view
      const first = this.#lives.length === 0
      const run = before.records.length > 0 ? before.run : undefined
      const seen = new Set(this.#keys())
      const ended = await this.#live(run === undefined ? await this.#ask(docs) : ['resume', run])
      view = await this.#look()
      this.#check(before, view, ended, seen, run !== undefined)
      if (first) await this.#plan.mend?.()
      if (first && this.#plan.damage !== undefined) view = await this.#damaged(view, ended, this.#plan.damage)
    }
    await this.#checkEnd(view, docs)
    return {
      faults: this.#faults,
      lives: this.#lives,
      cuts: this.#cuts,
      reissued: this.#reissued,
      openBatches: this.#openBatches,
      paidAgain: this.#paidAgain,
      damage: this.#damage,
    }
  }

  async #look(): Promise<LedgerView> {
    return await viewLedger(this.#home, this.#earlier)
  }

  /** Asks what is gone on from, and leaves it alone. */
  async #askFirst(question: string, docs: string): Promise<void> {
    const { code, err } = await this.#command([
      'ask',
      question,
      docs,
      ...this.#model(),
      '--strategy',
      'recurse',
      '--json',
    ])
    if (code !== 0) this.#fault(`the first question was not answered: ${err}`)
    this.#earlier = (await viewLedger(this.#home)).run
    this.#heard = this.#keys().length
    this.#before = this.#heard
  }

  /**
   * Damages the ledger. Then either nothing acknowledged is lost, or nothing goes on with the run, until a person accepts the
   * loss. A process that ends while it flushes leaves records that nobody was told of: those may go. Gives what the ledger
   * knows then.
   */
  async #damaged(before: LedgerView, ended: Ended, damage: Damage): Promise<LedgerView> {
    const { run, records } = before
    if (run === undefined || records.length === 0) return before
    if (!(await damageLog(this.#home, damage, this.#copies))) return before
    if (!(await isDamaged(this.#home, run))) {
      this.#damage = 'nothing was lost'
      const after = await this.#look()
      if (!isDeepStrictEqual(after.records, records.slice(0, after.records.length)))
        this.#fault('damage changed records')
      if (this.#wereSaid(records.slice(after.records.length), ended) || this.#wereSent(after))
        this.#fault('acknowledged records were lost in silence')
      return after
    }
    this.#damage = 'refused until accepted'
    const sent = this.#simulator.journal().requests
    const refused = await this.#command(['resume', run, '--jsonl'])
    if (refused.code !== 1 || !refused.out.includes('"LEDGER_DAMAGED"'))
      this.#fault(`damage was ignored: ${refused.out}`)
    if (this.#simulator.journal().requests !== sent) this.#fault('something was sent from a damaged ledger')
    const accepted = await this.#command(['ledger', 'accept-loss', SHARD, '--reason', 'chaos'])
    if (accepted.code !== 0) this.#fault(`the loss could not be accepted: ${accepted.err}`)
    return await this.#look()
  }

  /** Whether the process said of one of these records that its step had ended. */
  #wereSaid(records: readonly AnyRecord[], { out }: Ended): boolean {
    const said = new Set(steps(out).map(({ lane, n }) => `${lane}/${n}`))
    return records.some(({ lane, n }) => said.has(`${lane}/${n}`))
  }

  /** Whether a request came in that the ledger does not know of: its command was acknowledged before it was sent. */
  #wereSent({ answered, inDoubt }: LedgerView): boolean {
    return this.#keys(true).some((key) => !answered.has(key) && !inDoubt.has(key))
  }

  async #command(args: readonly string[]): Promise<Ended> {
    return await runWrit([...args, '--home', this.#home], { signal: 'SIGKILL' })
  }

  /** Whether the run had ended before the ledger lost its end: the log of statements says so, and nothing goes on. */
  #hasEnded(): boolean {
    return this.#damage !== undefined && this.#lives.at(-1)?.out.includes('"RUN_ENDED"') === true
  }

  async #ask(docs: string): Promise<readonly string[]> {
    const { question, options, anew = false } = this.#scenario
    const own = (await options?.(this.#place)) ?? []
    const over = this.#earlier === undefined || anew ? [docs] : ['--continue', this.#earlier]
    const strategy = own.includes('--strategy') ? [] : ['--strategy', 'recurse', '--max-depth', '2']
    return ['ask', question, ...over, ...this.#model(), ...strategy, ...own]
  }

  #model(): readonly string[] {
    return ['--model', 'sim/model', '--base-url', this.#simulator.url]
  }

  async #live(args: readonly string[]): Promise<Ended> {
    const { cuts, signal, wrap } = this.#plan
    const life = this.#lives.length
    this.#copies.begin()
    const ended = await runWrit([...args, '--home', this.#home, '--jsonl'], {
      cut: cuts[life],
      signal,
      ...(life === 0 && wrap !== undefined && { wrap }),
    })
    this.#copies.end()
    this.#lives.push(ended)
    return ended
  }

  /** Holds one life against the ledger before and after it, and the server's own journal. */
  #check(
    before: LedgerView,
    after: LedgerView,
    { code, out }: Ended,
    seen: ReadonlySet<string>,
    same: boolean,
  ): void {
    if (code !== 0) {
      const by = this.#plan.cuts.length > 0 ? this.#plan.signal : 'disk'
      this.#cuts.push({ by, resumed: same, after: after.records.at(-1)?.kind })
    }
    if (same && !isDeepStrictEqual(after.records.slice(0, before.records.length), before.records))
      this.#fault('records were changed or lost')
    // What a process said it had done was acknowledged: it must be there.
    const there = new Set(after.records.map(({ lane, n }) => `${lane}/${n}`))
    for (const { lane, n } of steps(out)) {
      if (!there.has(`${lane}/${n}`)) this.#fault(`the acknowledged step ${lane}/${n} is lost`)
    }
    // A request under a key that no record knows was paid for and cannot be told from one that was asked for again.
    if (this.#damage === undefined && this.#wereSent(after))
      this.#fault('a request came in that no command tells of')
    const fresh = this.#fresh(seen)
    for (const key of fresh) {
      if (before.answered.has(key)) this.#fault('a request with a recorded result was sent again')
      else if (this.#damage === 'refused until accepted' && !before.inDoubt.has(key)) this.#paidAgain += 1
      else if (!before.inDoubt.has(key)) this.#fault('a request was sent twice that was not in doubt')
      else this.#reissued += 1
    }
    for (const { keys } of this.#damage === undefined ? before.open : []) {
      const again = fresh.filter((key) => keys.has(key)).length
      if (again > MOST_SENT_AGAIN) this.#fault(`${again} requests of a batch of ${keys.size} were sent again`)
    }
    if (code !== 0) this.#openBatches.push(...after.open)
  }

  /** Keys that came in before this life and came again in it. */
  #fresh(seen: ReadonlySet<string>): string[] {
    const keys = this.#keys()
    const now = keys.slice(this.#heard)
    this.#heard = keys.length
    return now.filter((key) => seen.has(key))
  }

  /** Keys of all requests, or of those that the killed run sent alone; one without a key has an empty one. */
  #keys(own = false): string[] {
    return this.#simulator
      .journal()
      .entries.slice(own ? this.#before : 0)
      .map(({ key }) => key ?? '')
  }

  async #checkEnd({ run = '' }: LedgerView, docs: string): Promise<void> {
    const last = this.#lives.at(-1)
    if (this.#hasEnded()) return
    if (last?.code !== 0) {
      this.#fault(`not finished after ${this.#lives.length} lives: ${last?.err} ${last?.out.slice(-600)}`)
      return
    }
    const answer = answerOf(last.out)
    if (answer?.status !== 'complete' || !isDeepStrictEqual(answer.value, this.#scenario.answer))
      this.#fault(
        `another answer: ${JSON.stringify(answer?.value)} (${answer?.status}: ${JSON.stringify(answer?.reason)})`,
      )
    if (answer === undefined) return
    const requests = new Set(this.#keys(true)).size
    if (this.#damage === undefined && requests !== this.#scenario.requests)
      this.#fault(`${requests} requests were sent, not ${this.#scenario.requests}`)
    const evidence = String(answer.evidence)
    const report = await verifyFile(evidence, { trust: join(this.#home, 'trust.json'), answer })
    const failed = report.verdicts.filter(({ result }) => result === 'fail')
    for (const { name, code, detail } of failed) this.#fault(`${name} ${code}: ${detail}`)
    if (!report.ok) this.#fault('the evidence does not verify')
    const writ = await createWrit({ home: this.#home })
    try {
      const { outcome, at } = await writ.replay(run)
      if (outcome !== 'IDENTICAL') this.#fault(`the replay is ${outcome} at ${JSON.stringify(at)}`)
      await this.#checkNotes(writ, answer, docs)
    } finally {
      await writ.close()
    }
  }

  /** What the run was shown of an earlier one, and what there is for later ones, is the same wherever it was cut off. */
  async #checkNotes(writ: Writ, { notes }: SaidAnswer, docs: string): Promise<void> {
    const { shown, left } = this.#scenario.notes ?? { shown: 0, left: [] }
    if ((notes?.shown ?? 0) !== shown) this.#fault(`it was shown ${notes?.shown} notes, not ${shown}`)
    const listed = (await writ.notes({ paths: [docs] })).notes
      .flatMap(({ content }) => content?.key ?? [])
      .sort()
    if (!isDeepStrictEqual(listed, left)) this.#fault(`other notes are left: ${JSON.stringify(listed)}`)
  }

  #fault(what: string): void {
    this.#faults.push(what)
  }
}

interface SaidStep {
  readonly lane: string
  readonly n: number
}

interface SaidAnswer {
  readonly status: string
  readonly value: unknown
  readonly reason: unknown
  readonly evidence: unknown
  readonly notes?: { readonly shown: number }
}

function events(out: string): readonly Readonly<Record<string, unknown>>[] {
  // The last line may have been cut off with the process.
  const lines = out.split('\n').slice(0, -1)
  return lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

function steps(out: string): SaidStep[] {
  return events(out).flatMap(({ type, lane, n, outcome }) => {
    const ended = type === 'step' && outcome !== 'started'
    return ended && typeof lane === 'string' && typeof n === 'number' ? [{ lane, n }] : []
  })
}

function answerOf(out: string): SaidAnswer | undefined {
  const said = events(out).find(({ type }) => type === 'answer')
  return said?.answer as SaidAnswer | undefined
}
