import { WritError } from '@writ/contract'
import { type AnyRecord, type Contents, packName, RUN_KEY } from '@writ/evidence'
import type { RecordedRun } from '../kernel/index.ts'
import { decrypt } from '../ledger/index.ts'

/**
 * The run of a `replay` file, with what is needed to do it again. A payload is read when asked for; one that does not
 * open under the file's own key rejects with `KEY_UNAVAILABLE`. Rejects with `USAGE` for a file without payloads.
 */
export async function recordedFile(contents: Contents): Promise<RecordedRun> {
  const { run, payloads, file, source } = contents
  const key = file(RUN_KEY)
  if (payloads === undefined || key === undefined)
    throw new WritError(
      'USAGE',
      'A proof file has no payloads to do its run again: make a replay file with `writ export <run> --profile replay`.',
    )
  const places = new Map(payloads.items.map((item) => [item.path, item]))
  const records: AnyRecord[] = []
  for await (const batch of contents.records()) records.push(...batch.records)
  return {
    run,
    key,
    records,
    payload: async (path) => {
      const place = places.get(path)
      const sealed = place && (await source(packName(place.pack))?.read(place.offset, place.size))
      return sealed && decrypt(key, { run, kind: 'payload', path }, sealed)
    },
  }
}
