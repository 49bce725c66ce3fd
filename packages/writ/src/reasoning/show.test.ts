import type { CellResult } from '@writ/contract'
import { expect, it } from 'vitest'
import { cutMiddle, showCell } from './show.ts'

const ok: CellResult = { outcome: 'ok', output: '', fuel: 0 }

it('keeps head and tail and states what is left out', () => {
  const cut = cutMiddle(`HEAD${'x'.repeat(5000)}TAIL`, 100)
  expect(cut.startsWith('HEAD')).toBe(true)
  expect(cut.endsWith('TAIL')).toBe(true)
  expect(cut).toContain('[4,908 characters omitted]')
})

it('shows output, value and error, and says when there is nothing', () => {
  expect(showCell({ ...ok, output: 'hi\n', shown: '42' }, 1000)).toBe('hi\n→ 42')
  expect(showCell(ok, 1000)).toBe('(no output)')
  const failed: CellResult = {
    ...ok,
    outcome: 'error',
    error: { name: 'TypeError', message: 'bad (line 1)' },
  }
  expect(showCell(failed, 1000)).toContain('TypeError: bad (line 1)')
})

it('tells the model that a stopped cell is undone', () => {
  const stopped: CellResult = {
    ...ok,
    outcome: 'limit',
    error: { name: 'FuelExhausted', message: 'too long' },
  }
  expect(showCell(stopped, 1000)).toContain('variables are as they were')
})
