import { describe, expect, it } from 'vitest'
import { childMessage } from './child-message.ts'

const result = { outcome: 'ok', output: '', fuel: 1 }

describe('childMessage', () => {
  it.each([
    { type: 'opened', vm: 0 },
    { type: 'call', vm: 1, id: 0, name: 'read', argsJson: '[1]' },
    { type: 'ended', vm: 1, end: { result, delivered: 0 } },
    { type: 'ended', vm: 1, end: { result: { ...result, finalJson: '{"a":1}' }, delivered: 2 } },
    { type: 'draft', vm: 1, json: null },
    { type: 'pong' },
  ])('believes %j', (message) => {
    expect(childMessage(message)).toEqual(message)
  })

  it.each([
    null,
    'opened',
    { type: 'exec', vm: 0 },
    { type: 'opened', vm: -1 },
    { type: 'opened', vm: 0, more: 1 },
    { type: 'call', vm: 1, id: 0, name: 'read', argsJson: '{"length":1}' },
    { type: 'call', vm: 1, id: 0, name: 'read', argsJson: '[1' },
    { type: 'call', vm: 1, id: 0.5, name: 'read', argsJson: '[]' },
    { type: 'ended', vm: 1, end: { result: { ...result, outcome: 'denied' }, delivered: 0 } },
    { type: 'ended', vm: 1, end: { result: { ...result, finalJson: 'process' }, delivered: 0 } },
    { type: 'ended', vm: 1, end: { result: { ...result, error: { name: 'E' } }, delivered: 0 } },
    { type: 'ended', vm: 1, end: { result: { ...result, fuel: -1 }, delivered: 0 } },
  ])('refuses %j', (message) => {
    expect(childMessage(message)).toMatchObject({ type: 'bad' })
  })
})
