import { describe, expect, it } from 'vitest'
import { KnownAnswers } from './known-answers.ts'

const id = { lane: '0', n: 1 }
const never = new AbortController().signal

describe('answers that equal questions share', () => {
  it('keeps the first answer to a question', () => {
    const answers = new KnownAnswers()
    answers.keep('q', { id, at: null, text: 'one' })
    answers.keep('q', { id, at: null, text: 'two' })
    expect(answers.find('q')?.text).toBe('one')
  })

  it('lets whoever asks the same wait until it is no longer asked', async () => {
    const answers = new KnownAnswers()
    const end = answers.claim(['q'])
    const told: string[] = []
    const waiting = answers.idle(['q', 'r'], never, () => told.push('idle'))
    await Promise.resolve()
    told.push('asked')
    end()
    await waiting
    expect(told).toEqual(['asked', 'idle'])
  })

  it('lets what names steps wait until their answers came in', async () => {
    const answers = new KnownAnswers()
    const other = { lane: '0.1', n: 4 }
    answers.landed(id)
    const told: string[] = []
    const waiting = answers.after([id, other], never).then(() => told.push('after'))
    await answers.after([id], never)
    told.push('one')
    answers.landed(other)
    await waiting
    expect(told).toEqual(['one', 'after'])
    await expect(answers.after([{ lane: '0', n: 9 }], AbortSignal.abort(new Error('stop')))).rejects.toThrow(
      'stop',
    )
  })

  it('waits for nothing that nobody asks', async () => {
    const answers = new KnownAnswers()
    answers.claim(['q'])()
    expect(await answers.idle(['q'], never, () => 'at once')).toBe('at once')
  })

  it('waits again when another one was first to ask anew', async () => {
    const answers = new KnownAnswers()
    const first = answers.claim(['q'])
    const order: number[] = []
    const ask = async (name: number): Promise<void> => {
      const end = await answers.idle(['q'], never, () => answers.claim(['q']))
      order.push(name)
      await Promise.resolve()
      order.push(name)
      end()
    }
    const both = [ask(1), ask(2)]
    first()
    await Promise.all(both)
    expect(order).toEqual([1, 1, 2, 2])
  })

  it('stops waiting when the frame no longer wants it', async () => {
    const answers = new KnownAnswers()
    answers.claim(['q'])
    const frame = new AbortController()
    const waiting = answers.idle(['q'], frame.signal, () => undefined)
    frame.abort(new Error('ended'))
    await expect(waiting).rejects.toThrow('ended')
  })

  it('does not end what another one asks', async () => {
    const answers = new KnownAnswers()
    const mine = answers.claim(['q'])
    answers.claim(['q'])()
    const frame = new AbortController()
    const waiting = answers.idle(['q'], frame.signal, () => undefined)
    frame.abort(new Error('still asked'))
    await expect(waiting).rejects.toThrow('still asked')
    mine()
  })

  it('forgets the oldest when there is too much', () => {
    const answers = new KnownAnswers()
    const long = 'x'.repeat(3_000_000)
    for (const key of ['a', 'b', 'c']) answers.keep(key, { id, at: null, text: long })
    expect(['a', 'b', 'c'].map((key) => answers.find(key) !== undefined)).toEqual([false, true, true])
  })
})
