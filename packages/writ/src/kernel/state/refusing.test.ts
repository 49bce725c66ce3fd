import { label } from '@writ/contract'
import { expect, it } from 'vitest'
import { Refusing } from './refusing.ts'

it('tells no frame what only one with a higher label saw', () => {
  const [low, high, other] = [label('internal'), label('secret'), label('internal', ['PII'])]
  const refusing = new Refusing()
  refusing.note('a', [{ status: 401 }], high)
  expect([low, high, other].map((held) => refusing.knows('a', held))).toEqual([false, true, false])
  refusing.note('a', [{ status: 200 }, { status: 404 }], other)
  expect([low, high, other].map((held) => refusing.knows('a', held))).toEqual([false, true, true])
  refusing.note('a', [{ status: 400 }, { status: 503 }], low)
  expect(refusing.knows('a', low)).toBe(false)
  refusing.note('a', [{ status: 402 }], low)
  expect([low, high, other].map((held) => refusing.knows('a', held))).toEqual([true, true, true])
  expect(refusing.knows('b', high)).toBe(false)
})
