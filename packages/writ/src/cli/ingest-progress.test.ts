import { expect, it } from 'vitest'
import { ProgressLine } from './ingest-progress.ts'

it('says how much is searchable, how fast, and how long the rest takes', () => {
  const line = new ProgressLine(1000)
  const total = { totalBytes: 1_000_000_000 }
  expect(line.at({ documents: 3, bytes: 20_000_000, ...total }, 1500)).toBe(
    '3 documents, 20.0 MB of 1000.0 MB',
  )
  expect(line.at({ documents: 9, bytes: 200_000_000, ...total }, 11_000)).toBe(
    '9 documents, 200.0 MB of 1000.0 MB, 20.0 MB/s, 40 s left',
  )
  expect(line.at({ documents: 9, bytes: 10_000_000, ...total }, 11_000)).toContain('17 min left')
  expect(line.at({ documents: 9, bytes: 1_000_000, ...total }, 11_000)).toContain('2 h 47 min left')
  expect(line.at({ documents: 9, bytes: 200_000_000 }, 11_000)).toBe('9 documents, 200.0 MB, 20.0 MB/s')
  // A file that grew after it was counted.
  expect(line.at({ documents: 9, bytes: 1_100_000_000, ...total }, 11_000)).toContain('0 s left')
})
