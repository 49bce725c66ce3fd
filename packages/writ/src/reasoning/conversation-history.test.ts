import { type CellRun, type Frame, label, type Message, USUAL_TUNING } from '@writ/contract'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { requestBytes } from './conversation.ts'
import { replLoop } from './repl-loop.ts'

// What a frame sends, turn by turn: the beginning stays as it was, so that providers find it in their caches.

interface Told {
  readonly asked: readonly Message[]
  readonly reply: string
}

const WINDOW = 6_300
const MOST_BYTES = Math.floor(WINDOW * 0.75) * 2

/** Runs a frame whose cells print these texts, and gives what its model was asked and said. */
async function follow(printed: readonly string[]): Promise<readonly Told[]> {
  const told: Told[] = []
  const frame = {
    role: 'worker',
    depth: 1,
    maxDepth: 2,
    maxTurns: printed.length,
    goal: 'Why?',
    schema: null,
    model: { id: 'any', contextWindow: WINDOW },
    corpus: { documents: 0, bytes: 0, sample: [] },
    context: { type: 'none' },
    lastTurnBytes: MOST_BYTES,
    status: () => Promise.resolve({ label: label('internal'), pressure: [] }),
    turn: (asked: readonly Message[]) => {
      const reply = `\`\`\`repl\nprint(part${told.length})\n\`\`\``
      told.push({ asked, reply })
      return Promise.resolve(reply)
    },
    cell: (): Promise<CellRun> =>
      Promise.resolve({
        outcome: 'ok',
        output: printed[told.length - 1] ?? '',
        fuel: 0,
        asked: String(told.length),
      }),
    draft: () => Promise.resolve(undefined),
    packages: [],
    scripts: [],
    tuning: USUAL_TUNING,
  } as unknown as Frame
  await replLoop(frame)
  return told
}

const outputs = fc.array(
  fc
    .record({ piece: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }), times: fc.nat(500) })
    .map(({ piece, times }) => piece.repeat(times)),
  { minLength: 8, maxLength: 30 },
)

it('sends what it sent before and adds to it, unless that no longer fits', async () => {
  let compacted = 0
  await fc.assert(
    fc.asyncProperty(outputs, async (printed) => {
      const told = await follow(printed)
      expect(told).toHaveLength(printed.length)
      for (const [index, { asked }] of told.entries()) {
        expect(requestBytes(asked)).toBeLessThanOrEqual(MOST_BYTES)
        const before = told[index - 1]
        if (before === undefined) continue
        const sent: readonly Message[] = [...before.asked, { role: 'assistant', text: before.reply }]
        const newest = asked.at(-1)
        if (JSON.stringify(asked.slice(0, -1)) === JSON.stringify(sent)) continue
        // It was compacted: nothing that fits is. A newest message that was cut no longer tells how long it was.
        compacted += 1
        if (newest?.text.includes('characters omitted') === true) continue
        expect(requestBytes([...sent, ...(newest === undefined ? [] : [newest])])).toBeGreaterThan(MOST_BYTES)
      }
      expect(await follow(printed)).toEqual(told)
    }),
    { numRuns: 30 },
  )
  expect(compacted).toBeGreaterThan(0)
})

it('gives up what old turns printed before it gives up a turn, and most turns after that add again', async () => {
  const told = await follow(Array.from({ length: 12 }, (_, n) => `${n} `.repeat(500)))
  const at = told.findIndex(({ asked }) => JSON.stringify(asked).includes('left out here'))
  const first = told[at]
  expect(first?.asked.filter(({ role }) => role === 'assistant').length).toBe(at)
  expect(first?.asked[3]?.text).toMatch(/^\[turn 2 of 12 .*\]\n\n\[What this printed is left out here/)
  const changed = told.filter(({ asked }, index) => {
    const before = told[index - 1]?.asked ?? []
    return JSON.stringify(asked.slice(0, before.length)) !== JSON.stringify(before)
  })
  expect(changed.length).toBeLessThan(told.length / 2)
})
