import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WritError } from '@writ/contract'
import { z } from 'zod'
import { replaceFile } from '../disk/durable-file.ts'
import { prepareHome } from './home.ts'
import { withKeysLock } from './keys/keys-lock.ts'
import { isRunId } from './run-key.ts'

/** What was ordered of a run: held and released, oldest first. The last one counts. */
export interface Hold {
  readonly schema: 'writ.hold/1'
  readonly run: string
  readonly events: readonly {
    readonly action: 'hold' | 'release'
    /** ISO 8601. */
    readonly at: string
    readonly reason: string
  }[]
}

const holdFile: z.ZodType<Hold> = z.strictObject({
  schema: z.literal('writ.hold/1'),
  run: z.string(),
  events: z.array(
    z.strictObject({ action: z.enum(['hold', 'release']), at: z.iso.datetime(), reason: z.string() }),
  ),
})

/** Every run that ever was held. */
export async function listHolds(home: string): Promise<readonly Hold[]> {
  const directory = directoryOf(home)
  const names = existsSync(directory) ? readdirSync(directory) : []
  const runs = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
  return runs.toSorted((a, b) => (a < b ? -1 : 1)).map((run) => readHold(directory, run))
}

/** Holds a run, or releases it; on disk when this resolves. Rejects with `USAGE` when it is so already. */
export async function recordHold(
  home: string,
  run: string,
  action: 'hold' | 'release',
  reason: string,
): Promise<Hold> {
  const directory = directoryOf(home)
  return await withKeysLock(prepareHome(home), async () => {
    const known = readHold(directory, run)
    if (isHeld(known) === (action === 'hold')) {
      throw new WritError('USAGE', `The run ${run} is ${isHeld(known) ? 'held already' : 'not held'}.`, {
        run,
      })
    }
    const event = { action, at: new Date().toISOString(), reason }
    const hold: Hold = { ...known, events: [...known.events, event] }
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    replaceFile(join(directory, `${run}.json`), `${JSON.stringify(hold, null, 2)}\n`, 0o600)
    return hold
  })
}

/** Does something while no hold can be placed; rejects with `LEGAL_HOLD` when the run is held. */
export async function unlessHeld<T>(home: string, run: string, work: () => Promise<T>): Promise<T> {
  return await withKeysLock(prepareHome(home), async () => {
    const hold = readHold(directoryOf(home), run)
    const last = hold.events.at(-1)
    if (isHeld(hold))
      throw new WritError('LEGAL_HOLD', `The run ${run} is held since ${last?.at}: ${last?.reason}`, { run })
    return await work()
  })
}

function isHeld({ events }: Hold): boolean {
  return events.at(-1)?.action === 'hold'
}

/** A file that cannot be read as one counts as a hold somebody meant: it throws, and nothing is erased. */
function readHold(directory: string, run: string): Hold {
  if (!isRunId(run)) throw new WritError('UNKNOWN_RUN', `there is no run ${run}`)
  const path = join(directory, `${run}.json`)
  if (!existsSync(path)) return { schema: 'writ.hold/1', run, events: [] }
  try {
    return holdFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new WritError('LEGAL_HOLD', `${path} cannot be read as a hold, so the run counts as held`, {
      cause,
      run,
    })
  }
}

function directoryOf(home: string): string {
  return join(prepareHome(home).root, 'holds')
}
