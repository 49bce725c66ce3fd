import type { Json } from '@writ/contract'
import { expect, it } from 'vitest'
import { withLeaves } from './with-leaves.ts'

it.each<[Json, [string, Json][], Json]>([
  [1, [['', 2]], 2],
  [{ a: [1, { b: 2 }] }, [['/a/1/b', 'x']], { a: [1, { b: 'x' }] }],
  [{ a: 1 }, [['/b', 2]], { a: 1, b: 2 }],
  [{ a: null }, [['/a/b/c', 2]], { a: { b: { c: 2 } } }],
  [{ 'x/y~z': 1 }, [['/x~1y~0z', 2]], { 'x/y~z': 2 }],
])('puts leaves in their places: %j with %j', (value, leaves, expected) => {
  expect(withLeaves(value, new Map(leaves))).toEqual(expected)
})
