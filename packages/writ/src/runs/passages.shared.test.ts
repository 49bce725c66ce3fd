import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BareLimits, type BareRun, type BareRuns, openBareRuns } from './bare-run-fixture.ts'

// Questions that need their meaning understood, to the built-in model: it asserts nothing, and the right document is
// among the first five passages wherever a word of the question stands in it.

/** Text that every contract shares, with the words that questions are full of. */
const FILLER =
  'This agreement is made between the parties. The contract may be amended in writing. Each party shall give notice to the other party. Which law governs is set out below. The term of the agreement begins on the effective date.\n'

/** What is special to each document. */
const SPECIAL: Readonly<Record<string, string>> = {
  'assignment.txt':
    'Neither side may transfer or assign its rights without the prior written consent of the other.',
  'arbitration.txt': 'Disputes are settled by arbitration in Geneva under the rules of the chamber.',
  'penalty.txt': 'A late delivery is subject to a fine of 90,000 francs for every week of delay.',
  'small-penalty.txt': 'A fine of 20 francs is due when the key is lost.',
  'termination.txt': 'The licensor terminates on bankruptcy of the licensee; insolvency ends everything.',
  'exclusivity.txt': 'The distributor is exclusive in Norway and sells no rival goods.',
  'insurance.txt': 'The carrier keeps insurance against theft and fire at its own cost.',
  'lease.txt': 'The tenant pays rent in advance and the landlord repairs the roof.',
  'employment.txt': 'The clerk works forty hours a week and is paid a salary monthly; overtime is voluntary.',
  'warranty.txt': 'The software is provided as is; the author disclaims every warranty.',
  'patent.txt': 'Patent rights end when the licensee starts litigation over patents.',
  'merger.txt': 'After the merger with Quillfeather Holdings the board has nine directors.',
  'privacy.txt': 'Personal data is deleted after thirty days unless the customer objects.',
  'whaling.txt': 'The captain hunts the white whale because it took his leg.',
  'garden.txt': 'Tulips are planted in autumn; roses are pruned in March.',
  'volcano.txt': 'The eruption buried the village under ash in a single night.',
  'deutsch.txt':
    'Der Lizenznehmer kann den Vertrag ohne Zustimmung des Lizenzgebers nicht abtreten. Die Kündigung bedarf der Schriftform.',
  'francais.txt':
    "Le locataire ne peut pas céder le bail sans l'accord du propriétaire. La résiliation exige un préavis de trois mois.",
  'espanol.txt':
    'El arrendatario puede rescindir el contrato con un aviso previo de treinta días. La indemnización está limitada.',
  'italiano.txt':
    'Il conduttore non può cedere il contratto senza il consenso del locatore. La penale è di cento euro.',
  'portugues.txt':
    'O inquilino pode rescindir o contrato com aviso prévio de trinta dias. A multa é de cem reais.',
  'nederlands.txt':
    'De huurder mag de huurovereenkomst niet overdragen zonder toestemming van de verhuurder.',
  'russian.txt':
    'Арендатор не может передать договор без согласия арендодателя. Штраф составляет сто рублей.',
  'chinese.txt': '被许可人未经许可人同意不得转让本合同。违约金为一万元。',
  'japanese.txt': '借主は貸主の承諾なしに賃借権を譲渡することができません。違約金は十万円です。',
}

const FOREIGN = /deutsch|francais|espanol|italiano|portugues|nederlands|russian|chinese|japanese/

function corpus(): { id: string; text: string }[] {
  const contracts = Object.entries(SPECIAL).map(([id, text]) => ({
    id,
    text: FOREIGN.test(id) ? `${text}\n` : `${FILLER.repeat(12)}${text}\n${FILLER.repeat(12)}`,
  }))
  const others = Array.from({ length: 20 }, (_, n) => ({ id: `other-${n}.txt`, text: FILLER.repeat(30 + n) }))
  return [...contracts, ...others]
}

const QUESTIONS: readonly (readonly [string, string])[] = [
  ['Which contracts can be assigned without consent?', 'assignment.txt'],
  ['Which contracts cannot be transferred?', 'assignment.txt'],
  ['Who may assign the agreement?', 'assignment.txt'],
  ['Is there an arbitration clause?', 'arbitration.txt'],
  ['Are disputes not settled in court?', 'arbitration.txt'],
  ['What is the largest fine?', 'penalty.txt'],
  ['Which penalty is higher, 90,000 francs or 20?', 'penalty.txt'],
  ['What must be paid for a late delivery?', 'penalty.txt'],
  ['Which contracts terminate on bankruptcy?', 'termination.txt'],
  ['What happens when the licensee is insolvent or in bankruptcy?', 'termination.txt'],
  ['Which distributor should not sell rival goods?', 'exclusivity.txt'],
  ['Does the carrier have to keep insurance?', 'insurance.txt'],
  ['Who pays rent in advance?', 'lease.txt'],
  ['Why does the landlord repair the roof?', 'lease.txt'],
  ['How many hours must the clerk work?', 'employment.txt'],
  ['How many people are paid a salary?', 'employment.txt'],
  ['Is overtime allowed?', 'employment.txt'],
  ['Which licences give no warranty?', 'warranty.txt'],
  ['Summarise the warranty of the software', 'warranty.txt'],
  ['Which licences end patent rights when the licensee starts litigation?', 'patent.txt'],
  ['Which contracts mention a company in a merger?', 'merger.txt'],
  ['What does Quillfeather Holdings own?', 'merger.txt'],
  ['When may personal data be deleted?', 'privacy.txt'],
  ['Which contract best protects personal data?', 'privacy.txt'],
  ['Why does the captain hunt the whale?', 'whaling.txt'],
  ['Which is the most important thing about tulips?', 'garden.txt'],
  ['Compare tulips and roses', 'garden.txt'],
  ['How did the eruption bury the village?', 'volcano.txt'],
  ['What does volcano.txt say?', 'volcano.txt'],
  ['Kann der Lizenznehmer den Vertrag ohne Zustimmung abtreten?', 'deutsch.txt'],
  ['Welche Form braucht die Kündigung?', 'deutsch.txt'],
  ['Le locataire peut-il céder le bail sans accord ?', 'francais.txt'],
  ['Quel est le délai de résiliation ?', 'francais.txt'],
  ['¿Puede el arrendatario rescindir el contrato sin aviso?', 'espanol.txt'],
  ['¿Cuál es la indemnización máxima?', 'espanol.txt'],
  ['Quanto è alta la penale?', 'italiano.txt'],
  ['Qual é a multa para o inquilino?', 'portugues.txt'],
  ['Mag de huurder de huurovereenkomst overdragen?', 'nederlands.txt'],
  ['Какой штраф платит арендатор?', 'russian.txt'],
  ['Может ли арендатор передать договор?', 'russian.txt'],
  ['违约金是多少？', 'chinese.txt'],
  ['被许可人可以转让合同吗？', 'chinese.txt'],
  ['違約金はいくらですか？', 'japanese.txt'],
  ['借主は賃借権を譲渡できますか？', 'japanese.txt'],
]

/** Nothing of these is in any document. */
const NOWHERE = [
  'Does blockchain tokenomics yield dividends?',
  'Welche Quantencomputer verschlüsseln Bankgeheimnisse?',
  'ブロックチェーン',
  'Why zebras gallop?',
]

interface Value {
  readonly kind: string
  readonly answer: string
  readonly notes: readonly string[]
  readonly passages: readonly { doc: string; start: number; end: number; quote: string }[]
  readonly searched: {
    documents: number
    bytes: number
    words: readonly string[]
    unmatched: readonly string[]
  }
  readonly needs: string | null
}

let runs: BareRuns
const answers = new Map<string, BareRun>()
const documents = corpus()
const texts = new Map(documents.map(({ id, text }) => [id, text]))

beforeAll(async () => {
  runs = await openBareRuns([], documents)
  for (const question of [...QUESTIONS.map(([asked]) => asked), ...NOWHERE])
    answers.set(question, await runs.ask(question))
}, 600_000)

afterAll(async () => {
  await runs.close()
})

async function ask(
  question: string,
  limits: BareLimits = {},
): Promise<Omit<BareRun, 'value'> & { value: Value }> {
  const run = answers.get(question) ?? (await runs.ask(question, limits))
  return { ...run, value: run.value as unknown as Value }
}

/** What no answer without judgement may say. */
function checkNothingAsserted({ kind, answer, needs }: Value): void {
  expect(kind).toBe('passages')
  expect(answer).not.toMatch(/^(?:yes|no)\b|^\d|nothing found|does not exist|there is no/i)
  expect(needs).toMatch(/needs a language model: writ setup\.$/)
}

describe('questions of meaning get passages', () => {
  it.each(QUESTIONS)('%s', async (question, right) => {
    const { value, citations } = await ask(question)
    checkNothingAsserted(value)
    expect(value.answer).toMatch(/^Nothing was judged\. /)
    expect(value.passages.slice(0, 5).map(({ doc }) => doc)).toContain(right)
    expect(value.searched.documents).toBe(documents.length)
    expect(value.passages.map(({ doc, start, end }) => [doc, start, end])).toEqual(
      citations.map(({ doc, start, end }) => [doc, start, end]),
    )
    for (const { doc, start, end, quote } of value.passages)
      expect(
        Buffer.from(texts.get(doc) ?? '')
          .subarray(start, end)
          .toString(),
      ).toBe(quote)
  })

  it.each(NOWHERE)('says what was searched where nothing matches: %s', async (question) => {
    const { value } = await ask(question)
    checkNothingAsserted(value)
    const bytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
    expect(value.answer).toContain('was matched literally')
    expect(value.answer).toContain(`${documents.length} documents (${bytes.toLocaleString('en-US')} bytes)`)
    for (const word of value.searched.words) expect(value.answer).toContain(word)
    expect(value.searched.words.length).toBeGreaterThan(0)
    expect(value.searched.unmatched).toEqual(value.searched.words)
    expect(value.passages).toEqual([])
  })

  it('gives the best passage of each document before the second of any', async () => {
    const { value } = await ask('Who pays rent in advance?')
    const docs = value.passages.map(({ doc }) => doc)
    const firsts = new Set(docs).size
    expect(new Set(docs.slice(0, firsts)).size).toBe(firsts)
  })

  it('says of no document that its name fits where another form of a word stands in its text', async () => {
    const few = await openBareRuns(
      [],
      [
        {
          id: 'lease.txt',
          text: 'Lease of the house\n\nEither party may end the lease with thirty days notice.\n',
        },
        { id: 'loan.txt', text: 'Loan agreement\n\nThe lender may end the agreement after sixty days.\n' },
        { id: 'letter.txt', text: 'Credit\n\nThe bank relied on a letter of last year.\n' },
        { id: 'rain.txt', text: 'Rain coats\n\nThe vendor bends nothing.\n' },
      ],
    )
    try {
      const { value } = await few.ask('How can the lease be ended, and who can rely on that?')
      const { notes, passages } = value as unknown as Value
      expect(notes).toEqual([
        'By another form of a word alone: letter.txt. Of those, the beginning of what was found is quoted.',
      ])
      expect(passages).toMatchObject([
        { doc: 'lease.txt', quote: 'Either party may end the lease with thirty days notice.' },
        { doc: 'loan.txt', quote: 'The lender may end the agreement after sixty days.' },
        { doc: 'letter.txt' },
      ])
    } finally {
      await few.close()
    }
  })

  it('gives the same twice', async () => {
    const again = await runs.ask('Who pays rent in advance?')
    expect(again.value).toEqual(answers.get('Who pays rent in advance?')?.value)
  })
})

describe('within limits', () => {
  const question = 'Which party shall give notice?'

  it('opens child frames over groups of documents, a bounded number of them', async () => {
    const { frames, calls, value } = await ask(question)
    expect(frames).toBeGreaterThan(1)
    expect(frames).toBeLessThanOrEqual(6)
    expect(calls).toBeLessThan(20)
    expect(value.passages.length).toBeGreaterThan(10)
  })

  it('does without children where there is no depth, or no call to spare', async () => {
    for (const limits of [{ maxDepth: 0 }, { maxCalls: 5 }]) {
      const { frames, value } = await ask(question, limits)
      expect(frames).toBe(1)
      checkNothingAsserted(value)
      expect(value.passages.length).toBeGreaterThan(10)
    }
  })

  it('gives what it has in a single turn', async () => {
    const { value, calls } = await ask(question, { maxTurns: 1 })
    expect(calls).toBe(1)
    expect(value.passages.length).toBeGreaterThan(10)
    const counted = await ask('How many documents mention whale?', { maxTurns: 1 })
    expect(counted.value.answer).toMatch(/^1 of 45 documents contains "whale"/)
  })

  it('searches only what policy lets it, and says so when that is nothing', async () => {
    const some = await ask('Why is the whale hunted?', { withheld: ['whaling.txt'] })
    expect(some.value.searched.documents).toBe(documents.length - 1)
    expect(some.value.passages.map(({ doc }) => doc)).not.toContain('whaling.txt')
    const none = await ask('Why is the whale hunted?', { withheld: documents.map(({ id }) => id) })
    expect(none.value.answer).toBe('No document is in reach, so nothing was searched.')
  })
})
