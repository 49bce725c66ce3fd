import { expect, it } from 'vitest'
import { profileOf, profileTableSchema } from './profiles.ts'

it('takes an id before a pattern, a longer pattern before a shorter one, the user before what is shipped', () => {
  const table = {
    '*': { batchSize: 1 },
    'ollama/*': { batchSize: 2 },
    'ollama/qwen3-coder:30b': { batchSize: 3 },
  }
  expect(profileOf('openai/x', table)).toMatchObject({ pattern: '*', tuning: { batchSize: 1 } })
  expect(profileOf('ollama/x', table)?.tuning.batchSize).toBe(2)
  expect(profileOf('ollama/qwen3-coder:30b', table)?.tuning.batchSize).toBe(3)
  expect(profileOf('openai/x')).toBeUndefined()
})

it('ships what was published, with its day', () => {
  expect(profileOf('ollama/qwen3-coder:30b')).toMatchObject({
    tuning: { language: 'javascript', chunkChars: 200_000, batchSize: 20, fanOut: 256 },
    asOf: '2026-11-26',
  })
  expect(profileOf('openrouter/Qwen/Qwen3-Coder-480B')?.pattern).toBe('*qwen3-coder*')
})

it('takes no other sign of a pattern for more than itself', () => {
  expect(profileOf('my/modelXa', { 'my/model.a': { batchSize: 1 } })).toBeUndefined()
  expect(profileOf('my/model.a', { 'my/model.a': { batchSize: 1 } })).toBeDefined()
})

it.each([
  [{ chunkChars: 0 }],
  [{ fanOut: 1.5 }],
  [{ language: 'ruby' }],
  [{ hints: ['two\nlines'] }],
  [{ hints: ['```repl'] }],
  [{ hints: ['{{names}}'] }],
  [{ hints: ['x'.repeat(1001)] }],
  [{ asOf: 'today' }],
  [{ chunks: 1 }],
])('refuses %j', (profile) => {
  expect(profileTableSchema.safeParse({ 'my/model': profile }).success).toBe(false)
})
