import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Delivery } from './delivery.ts'

it('delivers in the order of records, whatever order the replies become ready in', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 30 }).chain((seqs) =>
        fc.record({
          recorded: fc.constant([...seqs].sort((a, b) => a - b)),
          ready: fc.shuffledSubarray(seqs, { minLength: seqs.length }),
        }),
      ),
      ({ recorded, ready }) => {
        const delivery = new Delivery()
        const delivered: number[] = []
        for (const seq of recorded) delivery.owe(seq)
        for (const seq of ready) delivery.deliver(seq, () => delivered.push(seq))
        expect(delivered).toEqual(recorded)
      },
    ),
  )
})

it('does not wait for a record that came later', () => {
  const delivery = new Delivery()
  const delivered: number[] = []
  delivery.owe(1)
  delivery.owe(2)
  delivery.deliver(1, () => delivered.push(1))
  expect(delivered).toEqual([1])
})
