import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { QuestionPlan, Reason } from './plan/question-plan.ts'
import { planQuestion } from './plan-question.ts'

type Exact = Partial<QuestionPlan>

const count = (literals: string[], more: Exact = {}): Exact => ({
  kind: 'count',
  unit: 'occurrences',
  literals,
  within: [],
  ...more,
})
const documents = (literals: string[], more: Exact = {}): Exact => ({
  kind: 'mention',
  unit: 'documents',
  literals,
  within: [],
  ...more,
})

const EXACT: readonly (readonly [string, Exact])[] = [
  ['Which of these licences mention patents?', documents(['patents'])],
  ['which documents mention patents', documents(['patents'])],
  ['How many contracts mention patents?', documents(['patents'], { kind: 'count' })],
  ['Number of documents mentioning patents', documents(['patents'], { kind: 'count' })],
  ['HOW MANY DOCUMENTS MENTION PATENTS?', documents(['patents'], { kind: 'count' })],
  ['Which of the 40 contracts mention patents?', documents(['patents'])],
  ['How many contracts do not mention arbitration?', documents(['arbitration'], { kind: 'lack' })],
  ['How many contracts don’t mention “force majeure”?', documents(['force majeure'], { kind: 'lack' })],
  ['Which contracts never mention insurance?', documents(['insurance'], { kind: 'lack' })],
  ['Which contracts lack the word "warranty"?', documents(['warranty'], { kind: 'lack' })],
  ['Which contracts have no mention of insurance?', documents(['insurance'], { kind: 'lack' })],
  ['In which contracts is arbitration not mentioned?', documents(['arbitration'], { kind: 'lack' })],
  [
    'How many documents contain neither "net" nor "gross"?',
    documents(['net', 'gross'], { kind: 'lack', combine: 'any' }),
  ],
  [
    'How many documents mention both "net" and "gross"?',
    documents(['net', 'gross'], { kind: 'count', combine: 'all' }),
  ],
  ['Does any contract mention Bitcoin?', documents(['Bitcoin'])],
  ['Do any of these contracts mention "blockchain"?', documents(['blockchain'])],
  ['Does any contract contain the word warranty?', documents(['warranty'])],
  ['Is Bitcoin mentioned in any of the contracts?', documents(['Bitcoin'])],
  ['Which contracts mention either Google or Apple?', documents(['Google', 'Apple'], { combine: 'any' })],
  ['Which contracts mention Johnson & Johnson?', documents(['Johnson & Johnson'])],
  ['Which documents contain the phrase net and gross?', documents(['net and gross'])],
  ['Which documents contain the words net and gross?', documents(['net', 'gross'])],
  ['Which documents contain "C++"?', documents(['C++'])],
  ["Which documents contain 'don't'?", documents(["don't"])],
  ["Which documents mention O'Brien?", documents(["O'Brien"])],
  ['Which documents mention Müller?', documents(['Müller'])],
  ['Which documents mention 专利?', documents(['专利'])],
  ['Which files contain GPL-2.0?', documents(['GPL-2.0'])],
  ['Which files contain common?', documents(['common'])],
  ['In which documents does Ahab appear?', documents(['Ahab'])],
  ['Can you list the documents that mention "x y"?', documents(['x y'])],
  ['Which document mentions "whale" most often?', documents(['whale'], { order: 'most' })],
  ["How many times is 'fee' mentioned in a.txt?", count(['fee'], { within: ['a.txt'] })],
  ['How many times does a.txt mention fee?', count(['fee'], { within: ['a.txt'] })],
  ['How many times is Ahab mentioned in Moby Dick?', count(['Ahab'], { within: ['Moby Dick'] })],
  ['How many occurrences of whale are there in Moby Dick?', count(['whale'], { within: ['Moby Dick'] })],
  ['How many times is fee mentioned in a.txt and b.txt?', count(['fee'], { within: ['a.txt', 'b.txt'] })],
  ['How many times is fee mentioned in the file My Notes.txt?', count(['fee'], { within: ['My Notes.txt'] })],
  ['Please tell me how many times the word "whale" occurs.', count(['whale'])],
  ['How many times does "mention" occur in these contracts?', count(['mention'])],
  ['Count "whale"', count(['whale'])],
  ['How many lines contain whale?', count(['whale'], { unit: 'lines' })],
  ['Where is Alice mentioned?', count(['Alice'], { kind: 'mention' })],
  ['Find all mentions of the landlord', count(['landlord'], { kind: 'mention' })],
  ['Find "foo (bar)"', count(['foo (bar)'], { kind: 'mention' })],
  ['Which files have "lease" in their name?', { kind: 'files', literals: ['lease'], place: 'name' }],
  ['List the documents whose file name contains agreement', { kind: 'files', literals: ['agreement'] }],
  [
    'Which documents have "Amendment" in the title?',
    { kind: 'files', literals: ['Amendment'], place: 'title' },
  ],
  ['How many documents are there?', { kind: 'documents', suffix: null, noun: null }],
  ['How many of the Contracts are there?', { kind: 'documents', noun: 'Contracts' }],
  ['List the .txt files', { kind: 'documents', suffix: '.txt' }],
  ['Which documents are duplicates?', { kind: 'duplicates' }],
  ['Which contracts are duplicates of each other?', { kind: 'duplicates' }],
  ['How many identical files are there in the corpus?', { kind: 'duplicates' }],
  ['Which documents are near-duplicates?', { kind: 'near-duplicates' }],
  ['List all nearly identical files', { kind: 'near-duplicates' }],
  ['What is the largest file?', { kind: 'size', order: 'largest', most: 1 }],
  ['List the 5 smallest documents', { kind: 'size', order: 'smallest', most: 5 }],
  ['What is the total size of the corpus?', { kind: 'size', order: 'total' }],
  ['How big is a.txt?', { kind: 'size', within: ['a.txt'] }],
  ['List the headings of a.md', { kind: 'headings', unit: 'headings', within: ['a.md'] }],
  [
    'Which documents have a heading "Termination"?',
    { kind: 'headings', unit: 'documents', literals: ['Termination'] },
  ],
]

const PASSAGES: readonly (readonly [string, Reason])[] = [
  ['Which contracts can be assigned without consent?', 'negation'],
  ['Which contracts are not assignable?', 'negation'],
  ['Which contracts lack a termination clause?', 'negation'],
  ['Which contracts mention arbitration but not litigation?', 'negation'],
  ['Which contracts do not mention net and gross?', 'negation'],
  ['Who may assign the agreement?', 'modality'],
  ['What must the tenant pay?', 'modality'],
  ['Which licences allow commercial use?', 'modality'],
  ['Which party is larger?', 'a comparison'],
  ['Which clauses are duplicates?', 'meaning'],
  ['Are there duplicate documents?', 'a yes or no'],
  ['Compare MIT and ISC on warranty', 'a comparison'],
  ['Which contracts mention more than three parties?', 'a comparison'],
  ['What is the largest fine?', 'a superlative'],
  ['What is the longest contract?', 'a superlative'],
  ['Which is the best licence?', 'a superlative'],
  ['Is there a termination clause?', 'a yes or no'],
  ['Is Ahab mentioned in b.txt?', 'a yes or no'],
  ['Does any contract mention arbitration?', 'a yes or no'],
  ['Does any contract not mention Bitcoin?', 'negation'],
  ['Does any contract mention Acme as a guarantor?', 'a yes or no'],
  ['Does every contract mention Bitcoin?', 'a yes or no'],
  ['Does any contract mention a city?', 'a yes or no'],
  ['Is Bitcoin accepted in any contract?', 'a yes or no'],
  ['Summarise the contracts', 'a summary'],
  ['Why did Ahab hunt the whale?', 'a reason or a manner'],
  ['How does the tenant end the lease?', 'a reason or a manner'],
  ['Welche Verträge erwähnen Patente?', 'another language'],
  ['Wie oft wird "Gebühr" erwähnt?', 'another language'],
  ['Quels contrats mentionnent des brevets ?', 'another language'],
  ['¿Qué contratos se pueden rescindir sin aviso?', 'another language'],
  ['哪些合同提到专利?', 'another language'],
  ['Какие договоры упоминают патенты?', 'another language'],
  ['How many people work at Acme?', 'meaning'],
  ['How often does payment occur?', 'meaning'],
  ['How often is rent paid?', 'meaning'],
  ['How many times does the tenant breach the lease?', 'meaning'],
  ['How many chapters mention whales?', 'meaning'],
  ['Which documents contain a termination clause?', 'meaning'],
  ['Which contracts mention a city?', 'meaning'],
  ['Which contracts mention dates?', 'meaning'],
  ['Which contracts mention bankruptcy in New York?', 'meaning'],
  ['Which contracts mention termination by the licensor?', 'meaning'],
  ['Which contracts mention who owns the data?', 'meaning'],
  ['Which documents mention it?', 'meaning'],
  ['Which documents discuss "net neutrality"?', 'meaning'],
  ['Which documents name a guarantor?', 'meaning'],
  ['Which contracts terminate on bankruptcy?', 'meaning'],
  ['Which agreements refer disputes to arbitration?', 'meaning'],
  ['Where is Alice first mentioned?', 'meaning'],
  ['How many times is Alice mentioned by the Queen?', 'meaning'],
  ['How many words are in a.txt?', 'meaning'],
  ["What does Alice's sister's book say?", 'meaning'],
  ['Which documents contain the word fee more than once?', 'a comparison'],
  ['Which documents contain the word fee in the first paragraph?', 'meaning'],
  ['Which contracts mention the term sheet?', 'meaning'],
  ['Which documents mention arbitration and mediation together?', 'meaning'],
  ['Which documents mention patents twice?', 'meaning'],
  ['How many times did Alice appear in court?', 'meaning'],
  ['Which contracts define "Affiliate"?', 'meaning'],
  ['How many documents are in German?', 'meaning'],
  ['How many documents are there about whales?', 'meaning'],
  ['What is the size of the contracts?', 'meaning'],
  ['', 'meaning'],
  ['?', 'meaning'],
]

describe('planQuestion', () => {
  it.each(EXACT)('is exact: %s', (question, expected) => {
    expect(planQuestion(question)).toMatchObject({ basis: 'exact', because: null, ...expected })
  })

  it.each(PASSAGES)('gives passages: %s', (question, because) => {
    expect(planQuestion(question)).toMatchObject({ basis: 'passages', kind: 'passages', because })
  })

  it('searches for words with subject matter, in the language of the question', () => {
    expect(planQuestion('Why did the war start?').words).toEqual(['war', 'start'])
    expect(planQuestion('Welche Verträge können ohne Zustimmung abgetreten werden?').words).toEqual([
      'verträge',
      'zustimmung',
      'abgetreten',
    ])
    expect(planQuestion('Quel est l’objet de l’avenant ?').words).toEqual(['objet', 'avenant'])
    expect(planQuestion('哪些合同').pairs).toEqual(['哪些', '些合', '合同'])
    expect(planQuestion('What does the Berne Convention say of "fair use"?').literals).toEqual([
      'fair use',
      'Berne Convention',
    ])
  })

  it.each([
    'Which of them mention arbitration?',
    'How many of those mention "arbitration"?',
    'Which of these contracts mention arbitration?',
    'And how many documents mention arbitration?',
    'Which other documents mention arbitration?',
    'Which documents also mention arbitration?',
    'How many documents mention it?',
    'What is their total amount by region?',
    'Who calls it?',
  ])('is never exact where it may point back to what was said before: %s', (question) => {
    expect(planQuestion(question, true)).toMatchObject({
      basis: 'passages',
      figure: false,
      code: null,
      because: 'what was said before',
    })
  })

  it.each(['How many documents mention "of them"?', 'How many documents are there in this corpus?'])(
    'is exact where it does not point back, whatever was said: %s',
    (question) => {
      expect(planQuestion(question, true)).toEqual(planQuestion(question))
      expect(planQuestion(question, true).basis).toBe('exact')
    },
  )

  it('takes a question too long for a form to be one of meaning, and little of it', () => {
    const plan = planQuestion(`Which documents mention ${'whales '.repeat(5_000)}?`)
    expect(plan).toMatchObject({ basis: 'passages', words: ['documents', 'mention', 'whales'] })
  })

  it('takes equal texts equally, whatever they are, and gives JSON', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom(...EXACT).map(([question]) => question),
        ),
        (text) => {
          const plan = planQuestion(text)
          expect(JSON.parse(JSON.stringify(planQuestion(text)))).toEqual(plan)
        },
      ),
    )
  })

  it('takes nothing of a quoted string for a part of the question', () => {
    const hostile = [
      'in a.txt',
      'mention X',
      'how many',
      '" or "',
      'and',
      '\uE0000\uE001',
      'not',
      'the word y',
    ]
    for (const text of hostile.filter((literal) => !literal.includes('"') && !literal.includes('\uE000')))
      expect(planQuestion(`Which documents contain "${text}"?`)).toMatchObject(documents([text]))
  })
})
