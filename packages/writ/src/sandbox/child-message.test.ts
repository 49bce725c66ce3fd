import { describe, expect, it } from 'vitest'
import { isWithin } from '../confinement/json-size.ts'
import { cutError, MOST_ERROR, MOST_JSON } from './cell-size.ts'
import { childMessage, MOST_MESSAGE } from './child-message.ts'

const error = { name: 'Error', message: '' }
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
    {
      type: 'ended',
      vm: 1,
      end: { result: { ...result, error: { ...error, dataJson: '{' } }, delivered: 0 },
    },
  ])('refuses %j', (message) => {
    expect(childMessage(message)).toMatchObject({ type: 'bad' })
  })

  const long = 'x'.repeat(MOST_ERROR.message)
  const largest = {
    type: 'ended',
    vm: 1,
    end: {
      result: {
        ...result,
        shown: '',
        error: {
          name: 'x'.repeat(MOST_ERROR.name),
          message: long,
          dataJson: '1'.repeat(MOST_ERROR.dataJson),
        },
        finalJson: `[${'{},'.repeat(MOST_JSON.items / 2 - 1)}1]`,
      },
      delivered: 0,
      drafted: true,
    },
  }

  it('believes the largest that a cell can send', () => {
    expect(isWithin(JSON.stringify(largest), MOST_MESSAGE)).toBe(true)
    expect(childMessage(largest).type).toBe('ended')
  })

  it.each([
    ['name', { ...error, name: 'x'.repeat(MOST_ERROR.name + 1) }],
    ['message', { ...error, message: `${long}x` }],
    ['data', { ...error, dataJson: '1'.repeat(MOST_ERROR.dataJson + 1) }],
  ])('refuses an error whose %s is longer than is told', (_part, told) => {
    const message = { type: 'ended', vm: 1, end: { result: { ...result, error: told }, delivered: 0 } }
    expect(childMessage(message)).toMatchObject({ type: 'bad' })
    expect(cutError(told)).not.toEqual(told)
    const cut = { ...message, end: { ...message.end, result: { ...result, error: cutError(told) } } }
    expect(childMessage(cut)).toEqual(cut)
  })

  it.each([
    ['holds more', `[${'{},'.repeat(MOST_JSON.items / 2)}1]`],
    ['is deeper', '['.repeat(MOST_JSON.depth + 1) + ']'.repeat(MOST_JSON.depth + 1)],
  ])('refuses JSON that %s than a cell can send', (_more, json) => {
    const call = { type: 'call', vm: 1, id: 0, name: 'read', argsJson: json }
    expect(childMessage(call)).toMatchObject({ type: 'bad' })
    const released = { type: 'ended', vm: 1, end: { result: { ...result, finalJson: json }, delivered: 0 } }
    expect(childMessage(released)).toMatchObject({ type: 'bad' })
    expect(childMessage({ type: 'draft', vm: 1, json })).toMatchObject({ type: 'bad' })
  })

  it('says what is wrong in a few words, whatever was sent', () => {
    const bad = childMessage({ type: 'opened', vm: 1, ['x'.repeat(1e6)]: 1 })
    expect(bad.type === 'bad' && bad.reason.length).toBeLessThan(1_000)
  })
})
