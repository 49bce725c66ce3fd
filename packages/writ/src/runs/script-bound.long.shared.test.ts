import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Json } from '@writ/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findScript, readScript, type ScriptFile, scriptRun, worstCase } from '../scripts/index.ts'
import { type BareRuns, type BareScript, openBareRuns } from './bare-run-fixture.ts'
import { randomScript } from './random-scripts.fixture.ts'

// What scripts really ask, held against what was added up before they ran: the scripts that come with Writ, and random ones
// made of the combinators. The texts are licences and readmes of packages that this project uses; the leaf is scripted.

/** Random scripts that are run; WRIT_SCRIPTS sets another number. */
const SCRIPTS = Number(process.env.WRIT_SCRIPTS ?? 200)

const modules = resolve(import.meta.dirname, '../../../../node_modules')
const PACKAGES = ['acorn', 'chai', 'canonicalize', 'zod'] as const

let runs: BareRuns

beforeAll(async () => {
  const texts = PACKAGES.flatMap((name) =>
    ['LICENSE', 'README.md'].map((file) => ({ id: `${name}/${file}`, text: textOf(name, file) })),
  )
  runs = await openBareRuns([], texts)
})

afterAll(async () => {
  await runs.close()
})

function textOf(name: string, file: string): string {
  return readFileSync(join(modules, name, file), 'utf8')
}

function boundOf(file: ScriptFile, input: Json): number {
  const documents = runs.store.partitions.flatMap(({ id }) => runs.store.documents(id))
  const worst = worstCase(file, input, documents)
  if ('unknown' in worst) throw new Error(`${file.meta.name}: ${worst.unknown}\n${file.text}`)
  return worst.calls
}

async function follow(file: ScriptFile, input: Json, leaf: (prompt: string) => string): Promise<BareScript> {
  return await runs.follow(await scriptRun(file, input), leaf)
}

describe('a script that comes with Writ', () => {
  it('find-all judges what the words find, and quotes what is not refused', async () => {
    const file = findScript('find-all')
    const input = { what: 'permission to use, copy, modify and distribute the software', perDocument: 2 }
    const yes = await follow(file, input, () => 'YES')
    expect(yes).toMatchObject({ error: undefined, refused: 0 })
    const found = yes.value as readonly {
      doc: string
      start: number
      end: number
      quote: string
      fits: boolean
      more: boolean
    }[]
    // A document that has more passages than were judged is not told as if it had none.
    expect(found.filter(({ more }) => more).map(({ doc }) => doc)).toContain('acorn/README.md')
    const whole = (await follow(file, { ...input, perDocument: 50 }, () => 'YES')).value as typeof found
    expect(whole.some(({ more }) => more)).toBe(false)
    expect(whole.length).toBeGreaterThan(found.length)
    expect(found.map(({ doc }) => doc)).toEqual(
      expect.arrayContaining(PACKAGES.map((name) => `${name}/LICENSE`)),
    )
    for (const { doc, start, end, quote } of found) {
      const [name = '', path = ''] = doc.split('/')
      expect(Buffer.from(textOf(name, path)).subarray(start, end).toString()).toBe(quote)
    }
    expect(yes.calls).toBe(found.length)
    expect(yes.calls).toBeLessThanOrEqual(boundOf(file, input))
    expect((await follow(file, input, () => 'No, it is about something else.')).value).toEqual([])
    const undecided = (await follow(file, input, () => 'hard to say')).value as readonly { fits: null }[]
    expect(undecided.length).toBe(found.length)
    expect(undecided.every(({ fits }) => fits === null)).toBe(true)
  })

  it('compare has a row for every point and document, and asks nothing where no passage is found', async () => {
    const file = findScript('compare')
    const input = { points: ['warranty', 'xylophone quartet'] }
    const compared = await follow(file, input, (prompt) =>
      prompt.includes('warranty') ? 'There is none.' : 'NOTHING',
    )
    expect(compared).toMatchObject({ error: undefined, refused: 0 })
    const rows = compared.value as readonly { point: string; doc: string; says: string | null }[]
    expect(rows.map(({ point, doc }) => `${point} ${doc}`).sort()).toEqual(
      input.points
        .flatMap((point) =>
          PACKAGES.flatMap((name) => [`${point} ${name}/LICENSE`, `${point} ${name}/README.md`]),
        )
        .sort(),
    )
    const said = rows.filter(({ says }) => says !== null)
    expect(said.every(({ point, says }) => point === 'warranty' && says === 'There is none.')).toBe(true)
    expect(said.length).toBeGreaterThanOrEqual(PACKAGES.length)
    // A sentence may begin so and say something.
    const denies = await follow(file, input, () => 'Nothing in it is a warranty.')
    expect((denies.value as typeof rows).filter(({ says }) => says !== null).length).toBe(said.length)
    const silent = await follow(file, input, () => '**Nothing.**')
    expect((silent.value as typeof rows).every(({ says }) => says === null)).toBe(true)
    expect(compared.calls).toBeLessThan(rows.length)
    expect(compared.calls).toBeLessThanOrEqual(boundOf(file, input))
  })

  it('verify-claims asks as often as there are votes, and most of them decide', async () => {
    const file = findScript('verify-claims')
    const input = {
      claims: ['The software comes without warranty.', 'Nobody may sell copies of the software.'],
      votes: 3,
    }
    let asked = 0
    const checked = await follow(file, input, (prompt) => {
      asked += 1
      return prompt.includes('warranty') && asked % 3 !== 0 ? 'Yes.' : 'NO'
    })
    expect(checked).toMatchObject({ error: undefined, refused: 0 })
    expect(checked.value).toMatchObject([
      { claim: input.claims[0] },
      { claim: input.claims[1], verified: false },
    ])
    expect(checked.calls).toBeLessThanOrEqual(boundOf(file, input))
    expect((await follow(file, input, () => 'perhaps')).value).toMatchObject([
      { verified: null },
      { verified: null },
    ])
  })
})

describe('a script that makes a table or a timeline', () => {
  const columns = [{ name: 'holder' }, { name: 'year', schema: { type: 'integer' } }]
  const row = JSON.stringify({ holder: { value: null, quote: null }, year: { value: 1, quote: 'no' } })

  it.each<[string, Json, string]>([
    ['extract-table', { columns, passages: 1 }, row],
    ['extract-table', { columns }, 'not a row'],
    ['timeline', {}, 'UNKNOWN'],
    ['timeline', { ask: 100, perDocument: 10_000 }, '2024-01-01'],
    ['timeline', { ask: 0, subject: 'version' }, ''],
  ])('%s with %j asks no more than was added up', async (name, input, said) => {
    const file = findScript(name)
    const came = await follow(file, input, () => said)
    expect(came).toMatchObject({ error: undefined, refused: 0 })
    expect(came.calls).toBeLessThanOrEqual(boundOf(file, input))
  })
})

describe('a random script of combinators', () => {
  it(
    'never asks more than was added up before it ran, and is refused nothing it stated',
    async () => {
      let asked = 0
      let refused = 0
      const property = fc.asyncProperty(randomScript, async ({ over, text }) => {
        const file = readScript(text, 'javascript', 'random')
        const came = await follow(file, {}, () => 'YES')
        asked += came.calls
        refused += came.refused
        expect(came.calls).toBeLessThanOrEqual(boundOf(file, {}))
        if (!over) expect(came).toMatchObject({ error: undefined, refused: 0 })
      })
      await fc.assert(property, { numRuns: SCRIPTS })
      // Scripts that ask nothing, or are never refused, would show nothing.
      expect(asked).toBeGreaterThan(SCRIPTS)
      expect(refused).toBeGreaterThan(0)
    },
    180_000 + SCRIPTS * 500,
  ) // more scripts than usual take longer, most of all where others work, too
})
