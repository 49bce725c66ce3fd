import { describe, expect, it } from 'vitest'
import { withLatency } from './latency.ts'
import { withRateLimits } from './rate-limits.ts'
import { readRequest, type SimRequest } from './request.ts'

function request(content: string, maxTokens = 0): SimRequest {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], max_tokens: maxTokens })
  const read = readRequest(1, body, {})
  if (read === undefined) throw new Error('no request')
  return read
}

describe('withRateLimits', () => {
  it('refuses what comes too fast, says when to come again, and keeps its word', () => {
    let now = 0
    const script = withRateLimits({ requestsPerMinute: 2, now: () => now }, () => 'fine')
    expect([script(request('a')), script(request('b'))]).toEqual(['fine', 'fine'])
    expect(script(request('c'))).toMatchObject({
      status: 429,
      retryAfter: '30',
      headers: { 'x-ratelimit-limit-requests': '2', 'x-ratelimit-remaining-requests': '0' },
    })
    now = 30_000
    expect(script(request('c'))).toBe('fine')
  })

  it('counts the prompt and all the output that is asked for', () => {
    let now = 0
    const script = withRateLimits({ tokensPerMinute: 60, now: () => now }, () => 'fine')
    expect(script(request('x'.repeat(40), 30))).toBe('fine')
    expect(script(request('x'.repeat(40), 30))).toMatchObject({ status: 429, retryAfter: '20' })
    now = 20_000
    expect(script(request('x'.repeat(40), 30))).toBe('fine')
  })

  it('refuses a prompt above the window for good', () => {
    const script = withRateLimits({ contextTokens: 10 }, () => 'fine')
    expect(script(request('x'.repeat(44)))).toMatchObject({ status: 400, code: 'context_length_exceeded' })
    expect(script(request('x'.repeat(40)))).toBe('fine')
  })
})

describe('withLatency', () => {
  it('holds a reply back by what is asked alone, and longer for more', () => {
    const delay = (prompt: string, reply: string): number => {
      const held = withLatency({ seed: 's' }, () => reply)(request(prompt))
      return typeof held === 'string' ? Number.NaN : (held.delayMs ?? Number.NaN)
    }
    expect(delay('a', 'short')).toBe(delay('a', 'short'))
    expect(delay('a', 'long '.repeat(1_000))).toBeGreaterThan(delay('a', 'short'))
    expect(delay('b', 'short')).not.toBe(delay('a', 'short'))
  })
})
