import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { lineWatch } from './watch.ts'

it('says in a line of its own that Python is prepared', () => {
  const out = new PassThrough({ encoding: 'utf8' })
  lineWatch(out).onEvent({ type: 'prepare', what: 'python' })
  expect(out.read()).toBe('preparing Python: the first time after an installation takes a few seconds\n')
})
