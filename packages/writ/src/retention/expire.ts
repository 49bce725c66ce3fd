import { type ErrorCode, toWritError } from '@writ/contract'
import { erasedRuns } from '../files/erasures.ts'
import type { HomeServices } from '../home/home-services.ts'
import { listRetention, unlessHeld } from '../ledger/index.ts'
import { eraseRun } from './erase.ts'

const DAY_MS = 86_400_000

export interface ExpiryOptions {
  /** Days by retention class. */
  readonly retention: Readonly<Record<string, number>>
  /** Says what would be erased and erases nothing. */
  readonly dryRun?: boolean
  /** Milliseconds since 1970; the clock of the machine by default. */
  readonly now?: number
}

/** What became of a run whose time is over, or cannot be told. */
export interface ExpiredRun {
  readonly run: string
  readonly class: string | null
  /** When its time was over (ISO 8601); null where nobody knows. */
  readonly expiredAt: string | null
  /** `due`: would be erased. `refused`: `code` says why. `unknown-class`: nobody says how long, so it stays. */
  readonly outcome: 'erased' | 'due' | 'refused' | 'unknown-class'
  readonly code: ErrorCode | null
}

export interface Expiry {
  readonly schema: 'writ.expiry/1'
  /** ISO 8601. */
  readonly at: string
  readonly dryRun: boolean
  readonly runs: readonly ExpiredRun[]
}

/**
 * Erases every run of the home that is past the time of its retention class, counted from its start by the clock of the
 * machine. Runs without a class, erased ones and those whose time is not over are left alone; a run that refuses, such as
 * a held one, is reported and the rest goes on.
 */
export async function eraseExpired(services: HomeServices, options: ExpiryOptions): Promise<Expiry> {
  const { retention, dryRun = false, now = Date.now() } = options
  const { home } = services
  const heads = await (await services.ledger()).runs()
  const started = new Map(heads.map(({ run, startedAt }) => [run, startedAt]))
  const erased = erasedRuns(home)
  const runs: ExpiredRun[] = []
  for (const { run, class: name } of listRetention(home)) {
    const startedAt = started.get(run)
    if (startedAt === undefined || erased.has(run)) continue
    const days = name !== null && Object.hasOwn(retention, name) ? retention[name] : undefined
    if (name === null || days === undefined) {
      runs.push({ run, class: name, expiredAt: null, outcome: 'unknown-class', code: null })
      continue
    }
    const end = startedAt + days * DAY_MS
    if (now < end) continue
    const expired = { run, class: name, expiredAt: new Date(end).toISOString() }
    const reason = `retention class ${name}: ${days} days after its start`
    runs.push({ ...expired, ...(await attempt(services, run, reason, dryRun)) })
  }
  return { schema: 'writ.expiry/1', at: new Date(now).toISOString(), dryRun, runs }
}

async function attempt(
  services: HomeServices,
  run: string,
  reason: string,
  dryRun: boolean,
): Promise<Pick<ExpiredRun, 'outcome' | 'code'>> {
  try {
    if (dryRun) await unlessHeld(services.home, run, () => Promise.resolve())
    else await eraseRun(services, run, reason)
    return { outcome: dryRun ? 'due' : 'erased', code: null }
  } catch (error) {
    return { outcome: 'refused', code: toWritError(error).code }
  }
}
