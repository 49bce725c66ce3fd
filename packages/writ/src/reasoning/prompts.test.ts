import { GUEST_NAMES, HOST_NAMES } from '@writ/contract'
import { expect, it } from 'vitest'
import { systemPrompt } from './prompts.ts'

it.each(['orchestrator', 'worker', 'verifier', 'leaf', 'direct'] as const)('the %s prompt', async (role) => {
  await expect(systemPrompt(role, 128_000)).toMatchFileSnapshot(`./prompts/snapshots/${role}.txt`)
})

it('lists every name of the table that needs nothing more, and leaves no placeholder', () => {
  const text = systemPrompt('orchestrator', 8_000)
  for (const { usage, needs } of [...HOST_NAMES, ...GUEST_NAMES])
    expect(text.includes(usage), usage).toBe(needs === undefined)
  expect(text).not.toContain('{{')
  expect(text).toContain('8,000 characters')
})
