import { appendFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import {
  type Action,
  askedInWords,
  type Decision,
  formatLabel,
  type Label,
  label,
  levelNumber,
  type RecordedPartition,
  type ResourceFacts,
  reasonInWords,
  WritError,
} from '@writ/contract'
import type { PolicyPoint } from '../policy/index.ts'

/** Who looks at a run, and what for; the user of the process and the bundle's own purpose by default. */
export interface ViewOptions {
  readonly principal?: string
  readonly purpose?: string
}

/** What the personal bundle clears its user for: a view of anything above leaves a line in the access log. */
const DEFAULT_CLEARANCE = levelNumber('confidential')

/** The sink that is looked at. */
const SINK = 'terminal'

/** Nothing that is shown cites: what a release has to have checked of citations does not arise. */
const DISCHARGED = ['validate:citations']

/**
 * Decides what somebody may see of a run: what a lane had touched by then they have to be allowed to read, and its label has
 * to be one that may be released to a terminal. The bundle in force now decides, not that of the run.
 */
export class Viewer {
  readonly #point: PolicyPoint
  readonly #partitions: ReadonlyMap<string, RecordedPartition>
  readonly #user: ReturnType<PolicyPoint['user']>
  readonly #purpose: string
  readonly #reasons = new Map<string, Promise<string | null>>()
  #highest: Label | undefined

  /** Throws `UNKNOWN_USER` and `UNKNOWN_PURPOSE`. */
  constructor(point: PolicyPoint, partitions: readonly RecordedPartition[], asked: ViewOptions) {
    this.#point = point
    this.#partitions = new Map(partitions.map((partition) => [partition.id, partition]))
    this.#purpose = asked.purpose ?? point.defaultPurpose
    this.#user = point.user(asked.principal ?? userInfo().username, this.#purpose)
  }

  /** Null when content of this label, of a lane that had touched these partitions, may be shown; else why not. */
  async withheld(held: Label, touched: ReadonlySet<string>): Promise<string | null> {
    const key = JSON.stringify([formatLabel(held), [...touched].sort()])
    const known = this.#reasons.get(key) ?? this.#decide(held, touched)
    this.#reasons.set(key, known)
    const reason = await known
    if (reason === null && levelNumber(held.level) > levelNumber(this.#highest?.level ?? 'public'))
      this.#highest = held
    return reason
  }

  /** Notes in the home's access log what was seen above the default clearance. Nothing is shown before it is noted. */
  async note(home: string, run: string, what: string): Promise<void> {
    const seen = this.#highest
    if (seen === undefined || levelNumber(seen.level) <= DEFAULT_CLEARANCE) return
    const line = {
      at: new Date().toISOString(),
      osUser: userInfo().username,
      user: this.#user.id,
      purpose: this.#purpose,
      run,
      what,
      label: formatLabel(seen),
      bundle: this.#point.bundle.hash,
    }
    try {
      const path = join(home, ACCESS_LOG)
      await appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600, flush: true })
    } catch (cause) {
      throw new WritError(
        'HOME_UNUSABLE',
        `The access log of ${home} cannot be written; nothing was shown.`,
        {
          cause,
        },
      )
    }
  }

  async #decide(held: Label, touched: ReadonlySet<string>): Promise<string | null> {
    for (const id of touched) {
      const partition = this.#partitions.get(id)
      // A text that a frame was given is no partition of the run: what it was made of is among those it had touched.
      if (partition === undefined) continue
      const refusal = await this.#ask('context::read', factsOf(partition), held, [])
      if (refusal !== null) return refusal
    }
    return await this.#ask('output::release', this.#point.sink(SINK), held, DISCHARGED)
  }

  async #ask(
    action: Action,
    resource: ResourceFacts,
    taint: Label,
    discharged: readonly string[],
  ): Promise<string | null> {
    const profile = this.#point.profile('orchestrator')
    const asked = { action, resource, taint, depth: 0, discharged, profile }
    const decision = await this.#point.decide({ ...asked, user: this.#user, purpose: this.#purpose })
    return decision.verdict === 'allow' ? null : this.#inWords(action, resource, decision, taint)
  }

  #inWords(action: Action, resource: ResourceFacts, { policies, reason }: Decision, held: Label): string {
    const named = `${resource.type}:${resource.id}`
    const what =
      action === 'output::release'
        ? `showing what is labelled ${formatLabel(label(held.level, held.categories))}`
        : askedInWords({ action, resource: named }, [...this.#partitions.values()])
    const by = policies.length === 0 ? '' : ` (${policies.join(', ')})`
    return `${what} is refused to ${this.#user.id} for ${this.#purpose}: ${reasonInWords(reason)}${by}`
  }
}

/** Name of the log in a home. */
const ACCESS_LOG = 'access.log'

function factsOf({ id, collection, owner, label: own, purposes }: RecordedPartition): ResourceFacts {
  const { level, categories, untrusted } = own
  return {
    type: 'partition',
    id,
    collection,
    owner,
    purposes,
    level: levelNumber(level),
    categories,
    trusted: !untrusted,
  }
}
