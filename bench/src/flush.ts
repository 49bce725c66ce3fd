import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { median } from './measure.ts'

const WRITES = 200
const PAGE_BYTES = 4096

/** The median milliseconds of an fdatasync after a page was appended, in this directory: what the disk takes, now. */
export function flushMs(directory: string): number {
  const file = openSync(join(directory, 'flush'), 'w')
  try {
    const page = new Uint8Array(PAGE_BYTES)
    return median(
      Array.from({ length: WRITES }, () => {
        writeSync(file, page)
        const started = performance.now()
        fdatasyncSync(file)
        return performance.now() - started
      }),
    )
  } finally {
    closeSync(file)
  }
}
