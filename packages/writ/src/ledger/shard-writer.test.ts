import { expect, test } from 'vitest'
import type { Write } from './messages.ts'
import { levelOf } from './shard-writer.ts'

const append = (flush: boolean): Write => ({
  op: 'append',
  run: 'run-a',
  record: new Uint8Array(),
  payloads: [],
  flush,
})

test('a group is put on disk when any of it wants that', () => {
  expect(levelOf([append(false), append(false)])).toBe('NORMAL')
  expect(levelOf([append(false), append(true), append(false)])).toBe('FULL')
  expect(levelOf([append(false), { op: 'seal', run: 'run-a', size: 0, root: new Uint8Array() }])).toBe('FULL')
  expect(levelOf([append(false), { op: 'finish', run: 'run-a', status: 'complete' }])).toBe('FULL')
})
