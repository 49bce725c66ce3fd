import { stripVTControlCharacters } from 'node:util'
import { type Answer, type Citation, type Json, label } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { type AnswerScreen, printAnswer } from './print-answer.ts'

const citation = (n: number): Citation => {
  return {
    doc: `contract-${n}.txt`,
    start: n,
    end: n + 20,
    sha256: '',
    quote: `Licence ${n} ends with a suit.`,
  }
}

const EVIDENCE = '.writ/runs/01a215da-1cf0-76d0-9be3-666fd9f9db06.writ'

/** An answer of a language model, with a refusal, something left out, and more citations than any terminal shows. */
function answer(more: Partial<Answer> & { readonly value?: Json } = {}): Answer {
  const value = more.value ?? 'Twelve licences end.\nThe others stay.'
  return {
    schema: 'writ.answer/1',
    run: '01a215da-1cf0-76d0-9be3-666fd9f9db06',
    status: 'complete',
    basis: 'model',
    answer: JSON.stringify(value),
    value,
    citations: Array.from({ length: 60 }, (_, n) => citation(n)),
    label: label('internal'),
    usage: {
      inputTokens: 3_000,
      outputTokens: 400,
      costMicroUsd: 1_200,
      costKnown: true,
      boundCalls: 0,
      modelCalls: 12,
      frames: 1,
      maxDepth: 0,
      steps: 9,
      wallMs: 4_210,
    },
    support: { quoted: 2, computed: 0, unsupported: 1, unsupportedPaths: ['/total'] },
    coverage: { documents: 40, touched: 12, bytes: 5_400, searched: 5_400, read: 310 },
    denials: [
      {
        action: 'context::search',
        resource: 'partition:p2',
        policies: ['forbid.read.clearance'],
        reason: 'clearance',
        count: 2,
      },
    ],
    omitted: [
      { doc: 'scan.pdf', code: 'scan', reason: 'it is a scan' },
      { doc: 'logo.png', code: 'binary', reason: 'not text' },
      { doc: 'notes.md', code: 'masked', reason: 'it holds a token' },
    ],
    evidence: EVIDENCE,
    reason: null,
    ...more,
  }
}

const AROUND = { partitions: [{ id: 'p2', label: label('restricted', [], true), documents: 3 }] }

function linesAt(columns: number, rows: number, given: Answer = answer()): string[] {
  return printAnswer(given, { columns, rows, colour: false }, AROUND).trimEnd().split('\n')
}

it.each<[readonly string[] | undefined, string | undefined]>([
  [['b/two', 'c/three'], 'models   answered by b/two, c/three'],
  [[], 'models   none answered'],
  [undefined, undefined],
])('says of %j who answered', (answeredBy, line) => {
  const text = printAnswer(answer(answeredBy === undefined ? {} : { answeredBy }))
  expect(text.split('\n').find((one) => one.startsWith('models'))).toBe(line)
})

describe('what is printed of an answer', () => {
  it.each([
    [100, 39],
    [160, 49],
    [60, 13],
    [40, 12],
  ])('fits %i columns by %i rows, with what matters most', (columns, rows) => {
    const lines = linesAt(columns, rows)
    const taken = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0)
    expect(taken).toBeLessThanOrEqual(rows)
    expect(lines[0]).toMatch(/^A language model said this/)
    const text = lines.join('\n')
    for (const needed of ['Twelve licences end.', '$0.0012', 'read 310 of 5,400 bytes', EVIDENCE])
      expect(text).toContain(needed)
    expect(text).toMatch(/28 of 40 (documents )?never touched/)
  })

  it('uses the room there is: citations by number, and how many more', () => {
    const lines = linesAt(100, 39)
    const cited = lines.filter((line) => /^\[\d+\] contract-/.test(line))
    expect(cited[0]).toBe('[1] contract-0.txt bytes 0–20 “Licence 0 ends with a suit.”')
    expect(lines).toContain(`… ${60 - cited.length} more citations (writ show last --full)`)
    expect(lines).toHaveLength(39)
  })

  it('shows all where nothing has to fit', () => {
    const text = printAnswer(answer())
    expect(text.match(/^\[\d+\] /gm)).toHaveLength(60)
    expect(text).not.toContain('…')
  })

  it('says in plain words what was refused, left out, not supported and not looked at', () => {
    const text = linesAt(160, 49).join('\n')
    expect(text).toContain(
      'refused  searching 3 documents labelled restricted: the user is not cleared for this level (forbid.read.clearance, 2 times)',
    )
    expect(text).toContain('masked   notes.md (it holds a token)')
    expect(text).toContain('left out scan.pdf (it is a scan) · logo.png (not text)')
    expect(text).toContain('2 values quoted, 0 computed, 1 unsupported · unsupported: /total')
    expect(text).toContain(
      'read 310 of 5,400 bytes (6 %) · searched all of it · 28 of 40 documents never touched',
    )
    expect(text).toContain('12 model calls · 3,400 tokens · 1 frame · 4.21 s')
  })

  it('never says $0 of a cost nobody knows, and marks what is charged at its worst case', () => {
    const { usage } = answer()
    const cost = (more: Partial<Answer['usage']>): string =>
      linesAt(160, 49, answer({ usage: { ...usage, ...more } })).find((line) => line.startsWith('cost')) ?? ''
    expect(cost({ costKnown: false, costMicroUsd: 0 })).toContain('cost     unknown')
    expect(cost({ costKnown: false, costMicroUsd: 0 })).not.toContain('$0')
    expect(cost({ costKnown: false })).toContain('$0.0012 and more')
    expect(cost({ boundCalls: 1 })).toContain('1 call charged at worst case')
    expect(cost({ costMicroUsd: 0 })).toContain('$0.00')
  })

  it.each([
    ['denied', 'POLICY_DENIED: no permit', 'was denied by policy'],
    ['failed', 'INTERNAL: no', 'failed'],
    ['failed', 'MODEL_FAILED: no', 'failed at its model'],
    ['failed', 'SCRIPT_FAILED: no', 'failed in its script'],
    ['incomplete', 'BUDGET_EXCEEDED: no room', 'ran into a limit'],
    ['incomplete', 'A child frame (0.1) went in circles.', 'ran into a limit'],
    ['incomplete', 'NO_PROGRESS: over and over', 'went in circles'],
    ['incomplete', 'NO_ANSWER: took 2 turns', 'came to none'],
    ['incomplete', 'TIMED_OUT: 3 s', 'ran out of time'],
  ] as const)('of a run that ended %s without a release it says so: %s', (status, reason, words) => {
    const none = answer({
      status,
      basis: null,
      value: null,
      answer: null,
      citations: [],
      support: { quoted: 0, computed: 0, unsupported: 0, unsupportedPaths: [] },
      reason,
    })
    const lines = linesAt(60, 13, none)
    expect(lines[0]).toBe(`No answer was released: the run ${words}.`)
    expect(lines[1]).toBe(reason)
    const text = lines.join('\n')
    for (const needed of ['$0.0012', 'read 310 of 5,400 bytes', EVIDENCE]) expect(text).toContain(needed)
    expect(text).not.toContain('null')
    expect(text).not.toContain('support')
  })

  it('says of what a script made without a model that it was a script', () => {
    const { usage } = answer()
    const head = (modelCalls: number): string | undefined =>
      linesAt(100, 39, answer({ basis: 'passages', usage: { ...usage, modelCalls } }))[0]
    expect(head(0)).toBe('A script made this; no model was asked, and nothing was judged.')
    expect(head(1)).toBe('Passages whose words fit; nothing was judged.')
  })

  it('keeps what was released of an incomplete run, and says why it is not all', () => {
    const lines = linesAt(100, 39, answer({ status: 'incomplete', reason: 'the limit of 10 calls' }))
    expect(lines.slice(0, 3)).toEqual([
      'A language model said this; nothing proves it right.',
      'incomplete: not all of the work was done.',
      'the limit of 10 calls',
    ])
    expect(lines).toContain('Twelve licences end.')
  })

  it('says all of why it is not whole, however long the answer is', () => {
    const reason = `PROSE_ANSWER: ${'The model answered in prose and never released. '.repeat(5)}Ask again.`
    const value = 'word '.repeat(20_000)
    const lines = linesAt(100, 39, answer({ status: 'incomplete', reason, value, answer: value }))
    expect(lines.slice(2, 5).join(' ')).toBe(reason)
    expect(lines.filter((line) => line.startsWith('word')).length).toBeGreaterThan(15)
    expect(lines.length).toBeLessThanOrEqual(39)
  })

  it('has a reason of several lines in one', () => {
    const text = printAnswer(
      answer({ status: 'incomplete', reason: 'BAD_PATTERN: error:\n    (?:(a)\n    ^ here.' }),
    )
    expect(text.split('\n')[2]).toBe('BAD_PATTERN: error: (?:(a) ^ here.')
  })

  it('names the run in what to do next, and its home', () => {
    const reason = 'NO_PROGRESS: It went in circles. `writ show <run>` has the turns.'
    const text = printAnswer(answer({ status: 'incomplete', reason }), undefined, { options: ' --home h' })
    expect(text).toContain('`writ show 01a215da-1cf0-76d0-9be3-666fd9f9db06 --home h` has the turns.')
  })

  it('colours nothing it is not asked to, and nothing but whole lines', () => {
    const screen: AnswerScreen = { columns: 60, rows: 13, colour: true }
    const coloured = printAnswer(answer(), screen, AROUND)
    const [first] = coloured.split('\n')
    expect(first).toBe('\u001b[1mA language model said this; nothing proves it right.\u001b[22m')
    const plain = printAnswer(answer(), { ...screen, colour: false }, AROUND)
    expect(stripVTControlCharacters(coloured)).toBe(plain)
  })
})

describe('the shortest form of a value', () => {
  const shown = (value: Json, citations: readonly Citation[] = []): string[] =>
    linesAt(80, 50, answer({ value, citations }))

  it('is the number of a number, as JSON has it', () => {
    expect(shown(1234)[2]).toBe('1234')
    expect(shown(true)[2]).toBe('true')
  })

  it('is a table of ten rows for objects, and how many more', () => {
    const rows = Array.from({ length: 23 }, (_, n) => ({ doc: `file-${n}.txt`, count: 1000 - n }))
    const lines = shown(rows)
    expect(lines.slice(2, 4)).toEqual(['doc          count', 'file-0.txt    1000'])
    expect(lines.filter((line) => line.startsWith('file-'))).toHaveLength(10)
    expect(lines).toContain('… 13 more rows (writ show last --full)')
  })

  it('breaks the notes of an answer between words', () => {
    const note = 'Tables did not answer: no one column is called by the word that was asked for.'
    const given = answer({ value: { answer: 'None.', notes: [note, note] }, citations: [], evidence: null })
    const lines = linesAt(60, 60, given)
    expect(lines).toContain('  that was asked for.')
    expect(lines.filter((line) => line.length > 60)).toEqual([])
    expect(printAnswer(given)).toContain(note)
  })

  it('orders columns as the schema does that the answer fits, also in a member', () => {
    const rows = [{ ends: 2027, law: 'Ohio', name: 'lease' }]
    const items = { type: 'object', properties: { name: {}, never: {}, ends: {} } }
    const list = { type: 'array', items }
    const heads = (value: Json, schema: Json): string[] =>
      printAnswer(answer({ value }), undefined, { schema })
        .split('\n')
        .filter((line) => line.startsWith('name'))
    expect(heads(rows, list)).toEqual(['name   ends  law'])
    expect(heads({ answer: 'One.', rows }, { type: 'object', properties: { rows: list } })).toEqual([
      'name   ends  law',
    ])
  })

  it('is a list of ten for strings', () => {
    const lines = shown(Array.from({ length: 12 }, (_, n) => `name ${n}`))
    expect(lines.filter((line) => line.startsWith('name '))).toHaveLength(10)
    expect(lines).toContain('… 2 more rows (writ show last --full)')
  })

  it('begins with the answer of an object, and shows no passage twice', () => {
    const passages = [citation(1), citation(2)].map(({ doc, start, end, quote }) => {
      return { doc, start, end, quote }
    })
    const value = {
      documents: [{ doc: 'contract-1.txt', count: 2 }],
      passages,
      searched: { documents: 40, bytes: 5_400 },
      needs: 'A language model would answer this: `writ setup`.',
      answer: 'These say so.',
      empty: [],
      none: null,
    }
    const lines = shown(value, [citation(2), citation(1), citation(3)])
    expect(lines.slice(2)).toEqual([
      'These say so.',
      'needs: A language model would answer this: `writ setup`.',
      '',
      'documents:',
      'doc             count',
      'contract-1.txt      2',
      '',
      'passages:',
      '[2] contract-1.txt bytes 1–21 “Licence 1 ends with a suit.”',
      '[1] contract-2.txt bytes 2–22 “Licence 2 ends with a suit.”',
      '',
      '[3] contract-3.txt bytes 3–23 “Licence 3 ends with a suit.”',
      '',
      ...lines.slice(lines.findIndex((line) => line.startsWith('cost'))),
    ])
  })

  it('tells passages of one wording apart by their places', () => {
    const twice = [40, 10].map((start) => ({ ...citation(1), start, end: start + 20 }))
    const passages = twice.map(({ doc, start, end, quote }) => ({ doc, start, end, quote })).toReversed()
    const lines = shown({ passages, answer: 'Twice.' }, twice)
    expect(lines.filter((line) => line.startsWith('['))).toEqual([
      '[2] contract-1.txt bytes 10–30 “Licence 1 ends with a suit.”',
      '[1] contract-1.txt bytes 40–60 “Licence 1 ends with a suit.”',
    ])
  })

  it('gives the number of a citation to nothing but what that cites', () => {
    const { doc, start, end } = citation(1)
    const forged = { doc, start, end, quote: 'Licence 1 never ends.' }
    const lines = shown({ answer: 'Never.', citations: [forged, { doc, quote: 'It says so.' }] }, [
      citation(1),
    ])
    expect(lines.filter((line) => line.includes('“'))).toEqual([
      'unchecked: contract-1.txt bytes 1–21 “Licence 1 never ends.”',
      'unchecked: contract-1.txt “It says so.”',
      '[1] contract-1.txt bytes 1–21 “Licence 1 ends with a suit.”',
    ])
  })

  it.each<[string, Json]>([
    ['(an empty list)', []],
    ['(an empty text)', ' \n'],
    ['(an empty object)', {}],
    ['{"rows":[],"of":{"documents":0}}', { rows: [], of: { documents: 0 } }],
  ])('says %s where there would be nothing to see', (text, value) => {
    expect(shown(value)[2]).toBe(text)
  })

  it('keeps every row to one line, however long its cells are', () => {
    const lines = shown([{ doc: 'a.txt', text: 'long '.repeat(100), count: 3 }])
    expect(lines[3]).toMatch(/^a\.txt\s+long .*…\s+3$/)
    expect(lines[3]?.length).toBe(80)
  })

  it('takes as many rows and columns as a model releases', () => {
    const rows = Array.from({ length: 300_000 }, (_, n) => ({ n }))
    expect(shown(rows)).toContain('… 299,990 more rows (writ show last --full)')
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`column ${n}`, 'x'.repeat(99)]))
    expect(shown([wide])).toContain('A language model said this; nothing proves it right.')
    expect(shown('x'.repeat(3_000_000)).join('\n')).toMatch(/… 37,4\d\d more lines/)
  })

  it('takes from the widest columns first, and no more than is needed', () => {
    const [, , , line] = shown([{ a: 'a'.repeat(60), b: 'b'.repeat(15), c: 'c'.repeat(60) }])
    expect(line?.split(/ +/).map((cell) => cell.length)).toEqual([30, 15, 31])
  })

  it('breaks the texts of a list between words, and counts what is not shown by lines then', () => {
    const notes = Array.from({ length: 12 }, (_, n) => `Note ${n} has ${'many '.repeat(20)}words.`)
    const lines = shown({ answer: 'So it is.', notes })
    expect(lines.every((line) => line.length <= 80)).toBe(true)
    expect(lines.filter((line) => /man$|^y /.test(line))).toEqual([])
    expect(lines).toContain('… 14 more lines (writ show last --full)')
  })
})

it('breaks no command that checks the answer, however narrow the screen', () => {
  const command = "grep -r -w -i -o -F -e 'zebra' -- 'a directory of a long name'"
  const text = printAnswer(answer(), { columns: 40, rows: 60, colour: false }, { checks: [command] })
  expect(text.split('\n')).toContain(`check: ${command}`)
})
