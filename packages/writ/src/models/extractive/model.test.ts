import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import licences from 'spdx-license-list/full.js'
import { describe, expect, it } from 'vitest'
import { createExtractiveModel } from './model.ts'
import { type FixtureDocument, type FixtureOptions, type FixtureRun, runFixture } from './repl-fixture.ts'

const model = createExtractiveModel()
const everything: FixtureDocument[] = Object.entries(licences)
  .map(([id, { licenseText }]) => ({ id: `${id}.txt`, text: licenseText }))
  .sort((a, b) => (a.id < b.id ? -1 : 1))
const text = new Map(everything.map((document) => [document.id, document.text]))

const SOME = [
  'Apache-2.0',
  'MPL-2.0',
  'EPL-2.0',
  'MIT',
  'ISC',
  'BSD-3-Clause',
  'GPL-3.0-only',
  'CC0-1.0',
  'Zlib',
  'OSL-3.0',
  'MS-PL',
  'CDDL-1.0',
  'Unlicense',
  '0BSD',
  'Artistic-2.0',
  'BSL-1.0',
]
const some = SOME.map((id) => ({ id: `${id}.txt`, text: text.get(`${id}.txt`) ?? '' }))
const PATENTS = 'Which of these licences end patent rights when the licensee starts patent litigation?'

async function ask(
  question: string,
  documents = some,
  options: FixtureOptions = {},
): Promise<FixtureRun & { answer: string; ids: string[] }> {
  const run = await runFixture(model, question, documents, options)
  const answer = String(run.value)
  return { ...run, answer, ids: [...answer.matchAll(/^- ([^\s:]+)\.txt\b/gm)].map((match) => match[1] ?? '') }
}

describe('the built-in model as root, child and leaf', () => {
  it('finds which of all licences end patent rights on litigation, and proves it', {
    timeout: 60_000,
  }, async () => {
    let longest = 0
    const run = await ask(PATENTS, everything, {
      onCall: ({ prompt, role }) => {
        if (role === 'leaf') longest = Math.max(longest, prompt.length)
      },
    })
    expect(run.ids).toEqual(
      expect.arrayContaining([
        'Apache-2.0',
        'MPL-2.0',
        'EPL-2.0',
        'EPL-1.0',
        'MPL-1.1',
        'CDDL-1.0',
        'CPL-1.0',
        'OSL-3.0',
        'AFL-3.0',
        'MS-PL',
        'Artistic-2.0',
      ]),
    )
    for (const innocent of [
      'MIT',
      'ISC',
      'BSD-3-Clause',
      'GPL-2.0-only',
      'GPL-3.0-only',
      'CC0-1.0',
      'Zlib',
      'Unlicense',
    ]) {
      expect(run.ids).not.toContain(innocent)
    }
    expect(run.answer).not.toMatch(/(?<![\w-])(?:MIT|ISC|BSD-3-Clause)(?![\w-])/)
    expect(run.citations.length).toBe(run.ids.length)
    for (const { doc, start, end, quote } of run.citations) {
      expect(
        Buffer.from(text.get(doc) ?? '')
          .subarray(start, end)
          .toString(),
      ).toBe(quote)
    }
    expect(run.frames).toBeGreaterThan(5)
    expect(run.frames).toBeLessThanOrEqual(25)
    expect(run.calls).toBeLessThan(500)
    expect(longest).toBeLessThan(16_000)
  })

  it('lists and counts exactly the documents that hold a word', async () => {
    const patents = everything
      .filter((document) => /\bpatent/i.test(document.text))
      .map((document) => document.id.replace(/\.txt$/, ''))
    const which = await ask('Which of these licences mention patents?', everything)
    expect(which.ids).toEqual(patents)
    expect(which.citations).toHaveLength(patents.length)
    const warranty = everything.filter((document) => /\bwarrant(?:y|ies)\b/i.test(document.text)).length
    expect((await ask('How many of these licences mention warranty?', everything)).answer).toMatch(
      new RegExp(`^${warranty} of 727 `),
    )
    expect((await ask('Which licences do not mention patents?', everything)).ids).toHaveLength(
      727 - patents.length,
    )
    const occurrences = everything.reduce(
      (sum, document) => sum + [...document.text.matchAll(/\bpatent\w*/gi)].length,
      0,
    )
    expect((await ask('How many times does the word patent occur?', everything)).answer).toMatch(
      new RegExp(`^${occurrences} occurrences`),
    )
  })

  it('finds words that run over the end of a line', async () => {
    const documents = [
      { id: 'a.txt', text: 'under the Berne\n  Convention of 1886' },
      { id: 'b.txt', text: 'Berne is a city.\n\nThe Convention is elsewhere.' },
    ]
    const run = await ask('Which documents mention the "Berne Convention"?', documents)
    expect(run.ids).toEqual(['a'])
    expect(run.citations[0]?.quote).toBe('Berne\n  Convention')
  })

  it('judges by the idea where nobody uses the very words', async () => {
    const documents = [
      { id: 'a.txt', text: 'This agreement may be cancelled by either party.' },
      { id: 'b.txt', text: 'Nothing of the sort.' },
    ]
    const run = await ask('Which documents mention agreement termination?', documents)
    expect(run.ids).toEqual(['a'])
  })

  it('finds, compares, answers and summarises with quotes of the right documents', async () => {
    const clause = await ask('Find the clause about governing law')
    expect(clause.ids).toEqual(expect.arrayContaining(['MPL-2.0', 'OSL-3.0', 'CDDL-1.0']))
    expect(clause.ids).not.toContain('MIT')
    const compared = await ask('Compare MIT and ISC on warranty')
    expect(compared.ids).toEqual(['ISC', 'MIT'])
    expect(compared.citations.every(({ quote }) => /warrant/i.test(quote))).toBe(true)
    expect((await ask('Compare MIT and Nowhere on warranty')).answer).toContain(
      'No document has the name: Nowhere.',
    )
    const said = await ask('What does Apache-2.0 say about patents?')
    expect(said.citations.map(({ doc }) => doc)).toEqual(['Apache-2.0.txt'])
    expect((await ask('Summarise MIT')).citations.map(({ doc }) => doc)).toEqual(['MIT.txt'])
    expect((await ask('How many documents are there?')).answer).toBe('16 documents.')
    expect((await ask('List the documents')).ids).toHaveLength(16)
  })

  it('finds a needle', async () => {
    const hay = 'The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.\n'
    const needle = 'One of the special magic numbers for cheap-orchid is: 8273645.'
    const documents = [{ id: 'hay.txt', text: hay.repeat(3_000) + needle + hay.repeat(2_000) }]
    const run = await ask(
      'What is the special magic number for cheap-orchid mentioned in the provided text?',
      documents,
    )
    expect(run.answer).toContain('8273645')
  })

  it('says that nothing was found, at little cost', async () => {
    const run = await ask('Which of these licences require a sacrifice to the moon goddess?', everything)
    expect(run.answer).toBe(
      'No document was found for: Which of these licences require a sacrifice to the moon goddess?',
    )
    expect(run.calls).toBeLessThan(30)
    expect((await ask('Which licences mention bananas?')).answer).toBe('0 of 16 documents contain bananas.')
    expect((await ask('Which licences end?', [])).answer).toContain('No document was found')
  })

  it('gives the same answer twice', async () => {
    expect(await ask(PATENTS)).toEqual(await ask(PATENTS))
  })

  it('cites text that is not ASCII', async () => {
    const clause = 'Wenn «You» start patent litigation — your rights under this licence terminate — 終了.'
    for (const shift of ['', 'x', 'xx', 'xxx']) {
      const documents = [{ id: 'u.txt', text: `${shift}${'😀'.repeat(300)} ${clause} ${'😀'.repeat(300)}` }]
      const run = await ask(PATENTS, documents)
      expect([shift, run.ids, run.citations.map(({ quote }) => quote)]).toEqual([shift, ['u'], [clause]])
    }
  })
})

describe('when something goes wrong', () => {
  const expected = ['Apache-2.0', 'Artistic-2.0', 'CDDL-1.0', 'EPL-2.0', 'MPL-2.0', 'MS-PL', 'OSL-3.0']
  // Ten documents that qualify, so that the root would fan out.
  const many = [
    ...some,
    ...['EPL-1.0', 'CPL-1.0', 'AFL-3.0', 'MPL-1.1'].map((id) => ({
      id: `${id}.txt`,
      text: text.get(`${id}.txt`) ?? '',
    })),
  ]
  const all = [...expected, 'EPL-1.0', 'CPL-1.0', 'AFL-3.0', 'MPL-1.1'].sort()

  it('has a full answer to hold the others against', async () => {
    expect((await ask(PATENTS)).ids).toEqual(expected)
    const run = await ask(PATENTS, many)
    expect([run.ids, run.frames > 1]).toEqual([all, true])
  })

  it('judges alone where there is no depth left', async () => {
    const run = await ask(PATENTS, many, { maxDepth: 0 })
    expect([run.ids, run.frames]).toEqual([all, 1])
  })

  it('goes on without documents that policy withholds', async () => {
    const run = await ask(PATENTS, many, { denied: new Set(['Apache-2.0.txt', 'EPL-2.0.txt']) })
    expect(run.ids).toEqual(all.filter((id) => id !== 'Apache-2.0' && id !== 'EPL-2.0'))
  })

  it('releases what it has when calls run out, and says so', async () => {
    const run = await ask(PATENTS, many, { maxCalls: 8, maxDepth: 0 })
    expect(run.ids.length).toBeGreaterThan(0)
    expect(run.ids.length).toBeLessThan(all.length)
    expect(run.answer).toMatch(
      /Partial: [1-9]\d* of \d+ candidate documents could not be judged \(BudgetExceeded × \d+\)/,
    )
  })

  it('releases what it has on its last turn', async () => {
    const run = await ask(PATENTS, some, { maxTurns: 2 })
    expect(run.answer).toBe('A limit was reached before an answer was found.')
    const counted = await ask('Which licences mention patents?', some, { maxTurns: 2 })
    expect(counted.answer).toMatch(/^Partial, because a limit was reached: \d+ documents so far: 0?/)
  })

  it('does not believe a sub-call that quotes what is not there, or says nothing of use', async () => {
    const lies = await ask(PATENTS, some, {
      leaf: () => '{"verdict":"yes","score":100,"quote":"I made this up"}',
    })
    expect(lies.ids).toEqual([])
    const prose = await ask(PATENTS, some, { leaf: () => 'I would rather not.' })
    expect(prose.ids).toEqual([])
    expect(prose.answer).toContain('UnreadableReply')
  })

  it('reads a verdict wrapped in prose', async () => {
    const quote = 'Permission is hereby granted, free of charge'
    const run = await ask(PATENTS, some, {
      leaf: (prompt) =>
        `Sure!\n${JSON.stringify({ verdict: prompt.includes('Apache') ? 'yes' : 'no', score: 80, quote: prompt.includes('Apache') ? 'patent' : quote })}\nBye.`,
    })
    expect(run.ids).toContain('Apache-2.0')
  })
})

describe('createExtractiveModel', () => {
  const prompt: LanguageModelV4Prompt = [
    {
      role: 'user',
      content: [{ type: 'text', text: 'Who designed it?\n\nIt was designed by Ada Quill in 1904.' }],
    },
  ]

  it('counts four characters as a token and stops at the limit', async () => {
    const whole = await model.doGenerate({ prompt })
    expect(whole.usage).toMatchObject({ inputTokens: { total: 14 }, outputTokens: { total: 10 } })
    const cut = await model.doGenerate({ prompt, maxOutputTokens: 2 })
    expect(cut).toMatchObject({
      content: [{ text: 'It was d' }],
      finishReason: { unified: 'length' },
      usage: { outputTokens: { total: 2 } },
    })
  })

  it('streams what it would generate', async () => {
    const { stream } = await model.doStream({ prompt })
    const parts = []
    for await (const part of stream) parts.push(part)
    expect(parts.map((part) => part.type)).toEqual([
      'stream-start',
      'text-start',
      'text-delta',
      'text-end',
      'finish',
    ])
    expect(parts[2]).toMatchObject({ delta: 'It was designed by Ada Quill in 1904.' })
  })

  it('refuses a prompt that does not fit, and a call that was given up', async () => {
    const long: LanguageModelV4Prompt = [
      { role: 'user', content: [{ type: 'text', text: 'x'.repeat(32_001) }] },
    ]
    await expect(model.doGenerate({ prompt: long })).rejects.toMatchObject({ statusCode: 400 })
    await expect(model.doGenerate({ prompt, abortSignal: AbortSignal.abort() })).rejects.toThrow()
  })
})
