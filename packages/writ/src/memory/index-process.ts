// Builds the index of a pack in a process of its own. Its arguments: the pack, and where the index is to be.
import { writeSync } from 'node:fs'
import { isDiskFull } from '@writ/contract'
import { buildIndex } from './index-file.ts'
import { DISK_FULL_STATUS, PROGRESS_INTERVAL_MS } from './limits.ts'
import { PackFile } from './pack-file.ts'

const [pack = '', path = ''] = process.argv.slice(2)
let documents = 0
let bytes = 0
let last = performance.now()

try {
  const file = new PackFile(pack)
  buildIndex(file, path, (moreDocuments, moreBytes) => {
    documents += moreDocuments
    bytes += moreBytes
    if (performance.now() - last > PROGRESS_INTERVAL_MS) tell()
  })
  file.close()
  tell()
} catch (error) {
  writeSync(2, error instanceof Error ? error.message : String(error))
  process.exit(isDiskFull(error) ? DISK_FULL_STATUS : 1)
}

/** Says what came since it last said so. Fails once nobody listens, and so ends an index that nobody waits for. */
function tell(): void {
  writeSync(1, `${documents} ${bytes}\n`)
  documents = 0
  bytes = 0
  last = performance.now()
}
