import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isWritError } from '@writ/contract'
import { emptiedEvidence, readEvidence } from '@writ/evidence'
import { withEvidence } from '../files/evidence-source.ts'
import { writeEvidence } from '../files/write-evidence.ts'

/** `emptied`: structure is left in its place; `destroyed`: it was there and could not be read as evidence; `none`. */
export type EvidenceState = 'emptied' | 'destroyed' | 'none'

/** What can become of the evidence file of a run in this directory. */
export async function evidenceState(directory: string, run: string): Promise<EvidenceState> {
  const path = join(directory, `${run}.writ`)
  if (!existsSync(path)) return 'none'
  try {
    const contents = await withEvidence(path, (source) => readEvidence(source))
    return contents.run === run ? 'emptied' : 'destroyed'
  } catch (error) {
    if (isWritError(error)) return 'destroyed'
    throw error
  }
}

/** Whether the evidence file of a run in this directory holds anything that an erasure would take. */
export async function isLaidOpen(directory: string, run: string): Promise<boolean> {
  const state = await evidenceState(directory, run)
  if (state !== 'emptied') return state === 'destroyed'
  return await withEvidence(
    join(directory, `${run}.writ`),
    async (source) => (await readEvidence(source)).erasure === undefined,
  )
}

/**
 * Puts the emptied file of an erasure statement in place of the evidence file of a run, or nothing when that file is no
 * evidence, and destroys the old bytes with any drafts that a dying process left: `destroy` overwrites and removes a file. Cut short,
 * it can be done again.
 */
export async function emptyEvidence(
  directory: string,
  run: string,
  state: EvidenceState,
  statement: Uint8Array,
  destroy: (path: string) => unknown,
): Promise<void> {
  const path = join(directory, `${run}.writ`)
  // A second name: the old bytes can be overwritten once the first one is that of the new file.
  const old = `${path}.${randomUUID()}.old`
  if (state === 'emptied') {
    linkSync(path, old)
    try {
      await withEvidence(path, async (source) =>
        writeEvidence(path, emptiedEvidence(await readEvidence(source), statement)),
      )
    } catch (error) {
      // Only the second name goes: the file is as it was.
      rmSync(old)
      throw error
    }
  }
  const names = existsSync(directory) ? readdirSync(directory) : []
  const own = names.filter(
    (name) => name.startsWith(`${run}.writ.`) || (name === `${run}.writ` && state !== 'emptied'),
  )
  for (const name of own) destroy(join(directory, name))
}
