import { expect, it } from 'vitest'
import { armFlag } from './arm-flag.ts'
import { failOver, failUnder } from './threshold-flag.ts'

it.each([
  ['recurse', { strategy: 'recurse' }],
  ['script:a,b.ts', { strategy: 'script:a,b.ts' }],
  ['model=openai/gpt-5', { model: 'openai/gpt-5' }],
  [
    'recurse,model=a/b=c,sub-model=d/e,verifier-model=f/g,base-url=http://127.0.0.1:1/v1,price=1/2',
    {
      strategy: 'recurse',
      model: 'a/b=c',
      subModel: 'd/e',
      verifierModel: 'f/g',
      baseUrl: 'http://127.0.0.1:1/v1',
      price: { inputNanoUsd: 1_000, outputNanoUsd: 2_000 },
    },
  ],
])('reads the arm %s, and names it as it was typed', (text, arm) => {
  expect(armFlag(text)).toEqual([{ name: text, ...arm }])
})

it('gathers arms in their order', () => {
  expect(armFlag('recurse', armFlag('direct')).map(({ name }) => name)).toEqual(['direct', 'recurse'])
})

it.each(['', ',model=a/b', 'model=', 'direct,model=a/b,model=c/d', 'model=a/b,price=cheap'])(
  'refuses the arm %j',
  (text) => {
    expect(() => armFlag(text)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/USAGE|PRICE/) }),
    )
  },
)

it('reads thresholds, for every arm or one', () => {
  expect(failUnder('accuracy=0.9')).toEqual([{ metric: 'accuracy', least: 0.9 }])
  expect(failOver('script:find-all:cost=0.05', failOver('latency=30'))).toEqual([
    { metric: 'latency', most: 30 },
    { arm: 'script:find-all', metric: 'cost', most: 0.05 },
  ])
})

it.each([
  () => failUnder('cost=1'),
  () => failUnder('accuracy=90%'),
  () => failOver('accuracy=0.9'),
  () => failOver('cost'),
])('refuses a threshold that says something else', (read) => {
  expect(read).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
