import { GUEST_NAMES, HOST_NAMES, PYTHON_FORMS, PYTHON_GUEST_USAGE, USUAL_TUNING } from '@writ/contract'
import { expect, it } from 'vitest'
import { systemPrompt } from './prompts.ts'

it.each(['orchestrator', 'worker', 'verifier', 'leaf', 'direct', 'retrieve'] as const)(
  'the %s prompt',
  async (role) => {
    await expect(systemPrompt(role, 128_000)).toMatchFileSnapshot(`./prompts/snapshots/${role}.txt`)
  },
)

const PYTHON = { ...USUAL_TUNING, language: 'python' } as const

it.each(['orchestrator', 'worker', 'verifier'] as const)('the %s prompt of Python', async (role) => {
  const text = systemPrompt(role, 128_000, PYTHON)
  await expect(text).toMatchFileSnapshot(`./prompts/snapshots/${role}.python.txt`)
})

it('lists every name as Python says it, and none that it does not have', () => {
  const text = systemPrompt('orchestrator', 8_000, PYTHON)
  const told = HOST_NAMES.filter(({ needs }) => needs === undefined).map(({ name }) => name)
  for (const [name, { usage }] of Object.entries(PYTHON_FORMS))
    expect(text.includes(`\n- ${usage}`), name).toBe(told.includes(name))
  for (const usage of Object.values(PYTHON_GUEST_USAGE)) expect(text).toContain(`\n- ${usage}`)
  for (const { usage } of HOST_NAMES) expect(text).not.toContain(usage)
  expect(text).not.toMatch(/\{\{|JavaScript|Top-level|\n- (?:split|map|filter|reduce|vote|verify)\(/)
})

it('lists every name of the table that needs nothing more, and leaves no placeholder', () => {
  const text = systemPrompt('orchestrator', 8_000)
  for (const { usage, needs } of [...HOST_NAMES, ...GUEST_NAMES])
    expect(text.includes(usage), usage).toBe(needs === undefined)
  expect(text).not.toContain('{{')
  expect(text).toContain('8,000 characters')
})
