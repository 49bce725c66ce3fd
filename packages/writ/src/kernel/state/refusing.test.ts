import { label } from '@writ/contract'
import { expect, it } from 'vitest'
import { Refusing } from './refusing.ts'

it('tells no frame what only one with a higher label saw', () => {
  const [low, high, other] = [label('internal'), label('secret'), label('internal', ['PII'])]
  const refusing = new Refusing()
  refusing.saw('a', high)
  expect([low, high, other].map((held) => refusing.knows('a', held))).toEqual([false, true, false])
  refusing.saw('a', other)
  expect([low, high, other].map((held) => refusing.knows('a', held))).toEqual([false, true, true])
  refusing.saw('a', low)
  expect([low, high, other].map((held) => refusing.knows('a', held))).toEqual([true, true, true])
  expect(refusing.knows('b', high)).toBe(false)
})
