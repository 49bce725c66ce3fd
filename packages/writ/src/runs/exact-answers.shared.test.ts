import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BareRun, type BareRuns, openBareRuns } from './bare-run-fixture.ts'

// Literal questions to the built-in model, over files written here, held against the real grep.

/** A line far longer than what is searched in one piece, with words just where pieces end (16,384 bytes). */
function longLine(): string {
  const word = 'boundary'
  let line = ''
  for (let at = 1; at <= 12; at += 1) {
    const end = at * 16_384 - 4 + (at % 5)
    line += `${'x '.repeat(Math.floor((end - line.length - 4) / 2))}`.padEnd(end - line.length - 4, 'y')
    line += ` ${word} `
  }
  return `${line}${'z '.repeat(9_000)}boundary\n`
}

const FILES: Readonly<Record<string, string>> = {
  'a.txt':
    'The fee is due. A fee of $5.00 (five) applies.\nFees may rise; feeble excuses do not. FEE!\nFew words. The end\n',
  'b.txt':
    'No charge here.\nPatents and patent law.\nPATENTS, patents; patented\nthe end of the road, THE END\n',
  'contracts/c lease.txt':
    'The landlord shall keep the roof. Berne Convention applies; the Berne\nConvention also.\r\nlandlord\r\n',
  'contracts/d-lease.txt':
    'Landlord and Tenant. A sub-lease is no lease_back.\nforce majeure\n  Force\tMajeure\n',
  'contracts/lease amendment.md':
    '# Lease amendment\n\nThe tenant pays rent.\n\n## Payment terms\n\nRent is due monthly. Net or gross?\n\n## Term\n\nnet net net\n',
  'names.txt':
    "Anna Müller met O’Brien and O'Brien.\nJohnson & Johnson hired Müller; MÜLLER left. Muller stayed.\nZoë, Zoe and zoë.\n",
  'code.js':
    'foo_bar(1); foo(bar); C++ and C; x = a[0] + b\\c; // TODO: fix ^start$ {2,3}\nfoo_bar2 foo.bar fooXbar\nTODO\n',
  'chinese.txt': '本合同涉及专利。专利权属于甲方。\n没有别的事。\n',
  'overlap.txt': 'aa aa aa\nha ha ha ha\nnana banana\n',
  'last-line.txt': 'no newline at the very end: whale',
  'whales.txt': 'A whale. The whale’s tail; the whales. WHALE\nwhale\nwhale whale\n',
  'long.txt': `${longLine()}boundary\nthe boundary ends\n`,
  // Searched in pieces; the word lies across two of them, and nowhere else.
  'across.txt': `${'y '.repeat(8_187)}straddledword${' z'.repeat(9_000)}\n`,
  // Searched in two pieces, the second of which begins with a word that is none.
  'glued.txt': `${'y'.repeat(16_384)}cutword is glued\ncutword\n`,
  'mixed.txt':
    'don\'t say don’t; "quoted" words\nNet income, gross income\nCall me Ishmael.\nInterest: 5% or 15%; §5, US$5, $50, a.json, b.jsonl, C++11→C++\n',
  'many.txt': 'common words here\n'.repeat(9_000),
}

interface Exact {
  readonly question: string
  readonly literals: readonly string[]
  /** Options for grep beside `-w -F`; `-i` for any case. */
  readonly options?: readonly string[]
  /** What of the answer is held against grep. */
  readonly asks: 'documents' | 'lacking' | 'occurrences' | 'lines'
  readonly within?: readonly string[]
  /** Not whole words: a script without spaces, or a literal that neither begins nor ends as a word does. */
  readonly anywhere?: boolean
  /** The pattern of `grep` where only one side of the literal is a word's end. */
  readonly pattern?: string
}

const ANY = ['-i']
const QUESTIONS: readonly Exact[] = [
  {
    question: "How many times is 'fee' mentioned in a.txt?",
    literals: ['fee'],
    options: ANY,
    asks: 'occurrences',
    within: ['a.txt'],
  },
  { question: 'How many times is the fee mentioned?', literals: ['fee'], options: ANY, asks: 'occurrences' },
  {
    question: 'How many times does the word patents occur?',
    literals: ['patents'],
    options: ANY,
    asks: 'occurrences',
  },
  {
    question: 'Which of these documents mention patents?',
    literals: ['patents'],
    options: ANY,
    asks: 'documents',
  },
  { question: 'How many documents mention patent?', literals: ['patent'], options: ANY, asks: 'documents' },
  {
    question: 'How many documents do not mention patents?',
    literals: ['patents'],
    options: ANY,
    asks: 'lacking',
  },
  { question: 'Which files lack the word "fee"?', literals: ['fee'], options: ANY, asks: 'lacking' },
  {
    question: 'How many times does "the end" occur?',
    literals: ['the end'],
    options: ANY,
    asks: 'occurrences',
  },
  { question: 'How many times does "THE END" occur?', literals: ['THE END'], asks: 'occurrences' },
  {
    question: 'Which documents contain "$5.00 (five)"?',
    literals: ['$5.00 (five)'],
    options: ANY,
    asks: 'documents',
    anywhere: true,
  },
  {
    question: 'Which documents mention the landlord?',
    literals: ['landlord'],
    options: ANY,
    asks: 'documents',
  },
  { question: 'Which documents mention Landlord?', literals: ['Landlord'], asks: 'documents' },
  {
    question: 'Which documents mention the Berne Convention?',
    literals: ['Berne Convention'],
    asks: 'documents',
  },
  {
    question: 'How many times is "Berne Convention" mentioned?',
    literals: ['Berne Convention'],
    asks: 'occurrences',
  },
  {
    question: 'Which contracts mention force majeure?',
    literals: ['force majeure'],
    options: ANY,
    asks: 'documents',
  },
  {
    question: 'Which contracts never mention "force majeure"?',
    literals: ['force majeure'],
    options: ANY,
    asks: 'lacking',
  },
  { question: 'Which documents contain lease?', literals: ['lease'], options: ANY, asks: 'documents' },
  { question: 'How many times does "lease" appear?', literals: ['lease'], options: ANY, asks: 'occurrences' },
  {
    question: 'Which documents contain the word sub-lease?',
    literals: ['sub-lease'],
    options: ANY,
    asks: 'documents',
  },
  { question: 'Which documents mention Müller?', literals: ['Müller'], asks: 'documents' },
  {
    question: 'How many times is müller mentioned?',
    literals: ['müller'],
    options: ANY,
    asks: 'occurrences',
  },
  { question: "How many times is O'Brien mentioned?", literals: ["O'Brien"], asks: 'occurrences' },
  { question: 'Where is Johnson & Johnson mentioned?', literals: ['Johnson & Johnson'], asks: 'documents' },
  { question: 'How many times does "zoë" occur?', literals: ['zoë'], options: ANY, asks: 'occurrences' },
  { question: 'Which files contain foo_bar?', literals: ['foo_bar'], options: ANY, asks: 'documents' },
  {
    question: 'How many times does `foo(bar)` occur?',
    literals: ['foo(bar)'],
    options: ANY,
    asks: 'occurrences',
    pattern: '\\<foo(bar)',
  },
  { question: 'How many times does "C++" occur?', literals: ['C++'], asks: 'occurrences', pattern: '\\<C++' },
  { question: 'How many times does "C" occur?', literals: ['C'], asks: 'occurrences' },
  {
    question: 'Find "^start$ {2,3}"',
    literals: ['^start$ {2,3}'],
    options: ANY,
    asks: 'occurrences',
    anywhere: true,
  },
  ...(['%', '§', '$', '→'] as const).flatMap((sign): readonly Exact[] => [
    {
      question: `How many times does "${sign}" occur?`,
      literals: [sign],
      options: ANY,
      asks: 'occurrences',
      anywhere: true,
    },
    {
      question: `Which documents do not mention "${sign}"?`,
      literals: [sign],
      options: ANY,
      asks: 'lacking',
      anywhere: true,
    },
  ]),
  {
    question: 'How many times does "5%" occur?',
    literals: ['5%'],
    options: ANY,
    asks: 'occurrences',
    pattern: '\\<5%',
  },
  {
    question: 'How many lines mention "$5"?',
    literals: ['$5'],
    options: ANY,
    asks: 'lines',
    pattern: '\\$5\\>',
  },
  {
    question: 'Which documents mention ".json"?',
    literals: ['.json'],
    options: ANY,
    asks: 'documents',
    pattern: '\\.json\\>',
  },
  { question: 'Which files contain "b\\c"?', literals: ['b\\c'], options: ANY, asks: 'documents' },
  { question: 'Which files contain "foo.bar"?', literals: ['foo.bar'], options: ANY, asks: 'documents' },
  { question: 'How many lines contain TODO?', literals: ['TODO'], asks: 'lines' },
  { question: 'How many times does "aa aa" occur?', literals: ['aa aa'], options: ANY, asks: 'occurrences' },
  {
    question: 'How many times does "ha ha" occur in overlap.txt?',
    literals: ['ha ha'],
    options: ANY,
    asks: 'occurrences',
    within: ['overlap.txt'],
  },
  { question: 'How many times does whale occur?', literals: ['whale'], options: ANY, asks: 'occurrences' },
  { question: 'How many lines mention whale?', literals: ['whale'], options: ANY, asks: 'lines' },
  {
    question: 'How many documents mention both "net" and "gross"?',
    literals: ['net', 'gross'],
    options: ANY,
    asks: 'documents',
  },
  {
    question: 'How many times is boundary mentioned?',
    literals: ['boundary'],
    options: ANY,
    asks: 'occurrences',
  },
  {
    question: 'How many times is cutword mentioned?',
    literals: ['cutword'],
    options: ANY,
    asks: 'occurrences',
  },
  {
    question: 'Which documents mention "straddledword"?',
    literals: ['straddledword'],
    options: ANY,
    asks: 'documents',
  },
  {
    question: 'How many times is "straddledword" mentioned?',
    literals: ['straddledword'],
    options: ANY,
    asks: 'occurrences',
  },
  { question: 'How many lines contain boundary?', literals: ['boundary'], options: ANY, asks: 'lines' },
  {
    question: 'How many times does "x x" occur in long.txt?',
    literals: ['x x'],
    options: ANY,
    asks: 'occurrences',
    within: ['long.txt'],
  },
  {
    question: 'How many times does the phrase "common words" occur?',
    literals: ['common words'],
    options: ANY,
    asks: 'occurrences',
  },
  { question: 'How many lines contain common?', literals: ['common'], options: ANY, asks: 'lines' },
  { question: "How many times does “don't” occur?", literals: ["don't"], options: ANY, asks: 'occurrences' },
  { question: 'Which documents mention Ishmael?', literals: ['Ishmael'], asks: 'documents' },
  { question: 'Which documents mention unicorns?', literals: ['unicorns'], options: ANY, asks: 'documents' },
  { question: 'HOW MANY DOCUMENTS MENTION PATENTS?', literals: ['patents'], options: ANY, asks: 'documents' },
  {
    question: 'Which documents mention 专利?',
    literals: ['专利'],
    options: ANY,
    asks: 'documents',
    anywhere: true,
  },
  {
    question: 'How many times does "专利" occur?',
    literals: ['专利'],
    options: ANY,
    asks: 'occurrences',
    anywhere: true,
  },
]

const OTHERS = {
  names: 'Which files have "lease" in their name?',
  titles: 'Which documents have "amendment" in the title?',
  count: 'How many documents are there?',
  suffix: 'How many .md files are there?',
  list: 'List all documents',
  largest: 'What is the largest file?',
  smallest: 'List the 3 smallest files',
  size: 'How big is whales.txt?',
  total: 'What is the total size of the corpus?',
  headings: 'List the headings of lease amendment.md',
  heading: 'Which documents have a heading that contains "payment terms"?',
  most: 'Which document mentions "whale" most often?',
  neither: 'Which documents contain neither "whale" nor "fee"?',
  nowhere: 'How many times is fee mentioned in nowhere.txt?',
  split: 'Which documents mention "Berne Convention also"?',
  either: 'Which documents mention "whale" or "landlord"?',
} as const

let place: string
let corpus: string
let runs: BareRuns
const answers = new Map<string, BareRun>()

interface Value {
  readonly kind: string
  readonly answer: string
  readonly notes: readonly string[]
  readonly counted: readonly { text: string; documents: number; occurrences: number; lines: number }[]
  readonly documents: readonly { doc: string; count?: number; bytes?: number; headings?: string[] }[]
  readonly passages: readonly { doc: string; start: number; end: number; quote: string }[]
  readonly searched: { documents: number; of: number; bytes: number }
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-exact-'))
  corpus = join(place, 'corpus')
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(corpus, name)), { recursive: true })
    await writeFile(join(corpus, name), text)
  }
  runs = await openBareRuns([corpus])
  for (const question of [...QUESTIONS.map(({ question: asked }) => asked), ...Object.values(OTHERS)])
    answers.set(question, await runs.ask(question))
}, 300_000)

afterAll(async () => {
  await runs.close()
  await rm(place, { recursive: true, force: true })
})

function answered(question: string): Value {
  const run = answers.get(question)
  expect(run?.incomplete).toBe(false)
  return run?.value as unknown as Value
}

/** Lines that grep prints; its status 1 only says that there are none. */
async function grep(args: readonly string[]): Promise<string[]> {
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  const output = await promisify(execFile)('grep', args, { cwd: corpus, env, maxBuffer: 1 << 26 }).then(
    ({ stdout }) => stdout,
    (error: { code: number; stdout: string }) => {
      if (error.code !== 1) throw error
      return error.stdout
    },
  )
  return output.split('\n').filter((line) => line !== '')
}

async function byGrep(
  { options = [], asks, within, anywhere, pattern }: Exact,
  literal: string,
): Promise<string[]> {
  const flags = { documents: '-l', lacking: '-L', occurrences: '-oh', lines: '-h' }[asks]
  const where = within ?? ['-r', '.']
  const whole = anywhere === true ? [] : ['-w']
  const sought = pattern === undefined ? [...whole, '-F', '-e', literal] : ['-e', pattern]
  const lines = await grep([flags, ...options, ...sought, ...where])
  return asks === 'documents' || asks === 'lacking'
    ? lines.map((line) => line.replace(/^\.\//, '')).sort()
    : lines
}

describe('literal questions are answered as grep answers them', () => {
  it.each(QUESTIONS)('$question', async (asked) => {
    const value = answered(asked.question)
    const found = await Promise.all(asked.literals.map((literal) => byGrep(asked, literal)))
    expect(value.counted.map(({ text }) => text)).toEqual(asked.literals)
    if (asked.asks === 'documents' || asked.asks === 'lacking') {
      const all = found[0]?.filter((doc) => found.every((docs) => docs.includes(doc)))
      expect(value.documents.map(({ doc }) => doc).sort()).toEqual(all)
      expect(value.answer).toMatch(
        all?.length === 0 ? /^0 of .* not matched literally/ : numberFirst(all?.length ?? 0),
      )
    } else {
      const field = asked.asks
      expect(value.counted.map((literal) => literal[field])).toEqual(found.map((lines) => lines.length))
      expect(value.answer).toContain(said(found[0]?.length ?? 0))
      expect(value.documents.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(found.flat().length)
    }
    for (const { doc, quote } of value.passages) expect(FILES[doc]).toContain(quote)
    // What was found stands where a terminal shows it: near the beginning.
    for (const { quote } of value.passages)
      expect(asked.literals.some((sought) => near(quote).includes(sought.toLowerCase()))).toBe(true)
    expect(answers.get(asked.question)?.citations).toHaveLength(value.passages.length)
  })
})

function near(quote: string): string {
  return quote.slice(0, 60).replace(/\s+/g, ' ').replaceAll('’', "'").toLowerCase()
}

function said(count: number): string {
  return count === 1 ? 'once' : count === 0 ? 'not matched' : `${count.toLocaleString('en-US')} `
}

/** The count, or for a place its documents. */
function numberFirst(count: number): RegExp {
  return new RegExp(`^${count} of |in ${count} of `)
}

describe('questions about the documents themselves', () => {
  const names = Object.keys(FILES)
  const sizes = Object.entries(FILES)
    .map(([doc, text]) => ({ doc, bytes: Buffer.byteLength(text) }))
    .sort((a, b) => b.bytes - a.bytes)
  const docs = (question: string): string[] => answered(question).documents.map(({ doc }) => doc)

  it('finds names and titles', () => {
    expect(docs(OTHERS.names)).toEqual(names.filter((name) => /lease[^/]*$/i.test(name)).sort())
    expect(docs(OTHERS.titles)).toEqual(['contracts/lease amendment.md'])
  })

  it('counts and lists documents, and their bytes', () => {
    expect(answered(OTHERS.count).answer).toMatch(new RegExp(`^${names.length} documents`))
    expect(docs(OTHERS.list)).toEqual([...names].sort())
    expect(answered(OTHERS.suffix).answer).toMatch(/^1 of 16 documents/)
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    expect(answered(OTHERS.total).answer).toContain(`${total.toLocaleString('en-US')} bytes`)
  })

  it('knows the largest and the smallest by bytes', () => {
    expect(answered(OTHERS.largest).documents).toEqual([sizes[0]])
    expect(answered(OTHERS.smallest).documents).toEqual(sizes.slice(-3).reverse())
    expect(answered(OTHERS.size).answer).toBe(
      `whales.txt, ${sizes.find(({ doc }) => doc === 'whales.txt')?.bytes} bytes.`,
    )
  })

  it('lists headings, and documents by them', () => {
    expect(answered(OTHERS.headings).documents[0]?.headings).toEqual([
      'Lease amendment',
      'Payment terms',
      'Term',
    ])
    expect(docs(OTHERS.heading)).toEqual(['contracts/lease amendment.md'])
  })

  it('puts the document with most occurrences first, and combines literals', () => {
    expect(answered(OTHERS.most).answer).toMatch(/^whales\.txt holds "whale" most often, 6 times/)
    const lacking = names.filter((name) => !/\b(?:whale|fee)\b/i.test(FILES[name] ?? '')).sort()
    expect(docs(OTHERS.neither)).toEqual(lacking)
    const either = names.filter((name) => /\b(?:whale|landlord)\b/i.test(FILES[name] ?? '')).sort()
    expect(docs(OTHERS.either).sort()).toEqual(either)
  })

  it('says when the document named is not there, and counts in all', () => {
    const { answer, notes } = answered(OTHERS.nowhere)
    expect(answer).toMatch(/^No document in reach is named "nowhere.txt"/)
    expect(notes.join(' ')).not.toContain('undefined')
  })

  it('tells of occurrences across a line break, which grep does not count', () => {
    const { answer, notes } = answered(OTHERS.split)
    expect(answer).toContain('not matched literally')
    expect(notes.join(' ')).toContain('across a line break')
  })
})

describe('within limits', () => {
  const question = 'How many documents mention landlord?'

  it('counts only what is in reach', async () => {
    const { value } = await runs.ask(question, { withheld: ['contracts/d-lease.txt'] })
    const { answer, searched } = value as unknown as Value
    expect(answer).toMatch(/^1 of 15 documents contains "landlord"/)
    expect(searched.documents).toBe(15)
  })

  it('never takes a count that was cut for the count: it says what was left out, and is none where that is all', async () => {
    await expect(runs.ask(question, { maxGreps: 0 })).rejects.toMatchObject({ code: 'NO_PROGRESS' })
    const some = await runs.ask('How many times does the word "words" occur?', { maxGreps: 2 })
    const partial = some.value as unknown as Value
    expect(partial.answer).toMatch(/^"words" occurs at least once in 1 of 16 documents/)
    expect(partial.searched.documents).toBeLessThan(16)
    expect(partial.notes.join(' ')).toMatch(/A limit was reached: \d+ documents were not looked into\./)
  })

  it('says which text policy withholds where it would have to be read', async () => {
    const { value } = await runs.ask('How many times does the word "words" occur?', { unread: ['many.txt'] })
    const { answer, notes } = value as unknown as Value
    expect(answer).toBe('"words" occurs at least 2 times in 2 of 16 documents (whole word, any case).')
    expect(notes).toContain('Policy withholds the text of 1 document, which is not counted.')
  })
})
