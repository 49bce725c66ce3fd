import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, readdirSync, rmSync } from 'node:fs'
import { join, parse } from 'node:path'
import { isWritError } from '@writ/contract'
import { emptiedEvidence, readEvidence } from '@writ/evidence'
import { evidencePath } from '../files/evidence-path.ts'
import { withEvidence } from '../files/evidence-source.ts'
import { writeEvidence } from '../files/write-evidence.ts'

/** `emptied`: structure is left in its place; `destroyed`: it was there and could not be read as evidence; `none`. */
export type EvidenceState = 'emptied' | 'destroyed' | 'none'

/** What can become of the evidence file of a run in this home. */
export async function evidenceState(home: string, run: string): Promise<EvidenceState> {
  const path = evidencePath(home, run)
  if (!existsSync(path)) return 'none'
  try {
    const contents = await withEvidence(path, (source) => readEvidence(source))
    return contents.run === run ? 'emptied' : 'destroyed'
  } catch (error) {
    if (isWritError(error)) return 'destroyed'
    throw error
  }
}

/** Whether the evidence file of a run in this home holds anything that an erasure would take. */
export async function isLaidOpen(home: string, run: string): Promise<boolean> {
  const state = await evidenceState(home, run)
  if (state !== 'emptied') return state === 'destroyed'
  return await withEvidence(
    evidencePath(home, run),
    async (source) => (await readEvidence(source)).erasure === undefined,
  )
}

/**
 * Puts the emptied file of an erasure statement in place of the evidence file of a run, or nothing when that file is no
 * evidence, and destroys the old bytes with any drafts that a dying process left: `destroy` overwrites and removes a file. Cut short,
 * it can be done again.
 */
export async function emptyEvidence(
  home: string,
  run: string,
  state: EvidenceState,
  statement: Uint8Array,
  destroy: (path: string) => unknown,
): Promise<void> {
  const path = evidencePath(home, run)
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
  const { dir, base } = parse(path)
  const names = existsSync(dir) ? readdirSync(dir) : []
  const own = names.filter((name) => name.startsWith(`${base}.`) || (name === base && state !== 'emptied'))
  for (const name of own) destroy(join(dir, name))
}
