import type { IngestProgress } from '@writ/contract'
import { expect, it } from 'vitest'
import { counter } from './ingestion.ts'

it('tells once of what was brought in at once, and at the end of nothing that was told', () => {
  const told: IngestProgress[] = []
  const tell = counter((progress) => void told.push(progress))
  tell.advance(0, 14)
  tell.advance(1, 0)
  tell.end()
  tell.end()
  expect(told).toEqual([{ documents: 1, bytes: 14 }])
})
