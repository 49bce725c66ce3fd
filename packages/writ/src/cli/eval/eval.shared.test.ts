import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Evaluation } from '../../index.ts'
import { inDocuments } from '../in-documents.fixture.ts'

// `writ eval` as a user has it: a file of questions, a table, and an exit code that a pipeline can rely on.

const here = inDocuments()

const LINES = [
  { id: 'count', question: 'How many documents mention "patent"?', gold: 1 },
  {
    id: 'which',
    question: 'Which documents mention "patent"?',
    gold: [{ doc: 'a.txt' }],
    field: 'documents',
  },
  { id: 'wrong', question: 'How many documents mention "nothing"?', gold: 2 },
  { id: 'open', question: 'Which documents mention "kind"?' },
]

async function questions(lines: readonly object[] = LINES): Promise<string> {
  const text = lines.map((line) => JSON.stringify(line)).join('\n')
  await writeFile(join(here.place, 'questions.jsonl'), `${text}\n`)
  return 'questions.jsonl'
}

describe('writ eval', () => {
  it('prints arms side by side, names what missed its gold, and exits 7 under a threshold', async () => {
    const args = [
      '--context',
      'docs',
      '--arm',
      'recurse',
      '--arm',
      'model=builtin/extractive',
      '--out',
      'a.html',
    ]
    const thresholds = ['--fail-under', 'accuracy=0.95', '--fail-over', 'latency=600']
    const { out, err, code } = await here.writ(['eval', await questions(), ...args, ...thresholds])
    expect(code).toBe(7)
    expect(out).toContain('4 questions over 2 documents')
    expect(out).toContain('1 question has no gold and is not scored')
    expect(out).toMatch(/^recurse +builtin\/extractive +recurse +0\.917 \[0\.750, 1\.000\] +– /m)
    expect(out).toMatch(/^model=builtin\/extractive +builtin\/extractive +recurse +0\.917 .* \+0\.000 /m)
    expect(out).toMatch(/wrong · recurse +0\.75: gold 2, said /)
    expect(out).toContain('MISSED: accuracy of recurse at least 0.95; it is 0.9167')
    expect(out).toContain('met: latency of recurse at most 600')
    expect(out).toContain('FAILED: 2 of 4 thresholds missed')
    // The page says once what was asked, then what each arm said.
    const page = await readFile(join(here.place, 'a.html'), 'utf8')
    expect(page.match(/How many documents mention &#34;patent&#34;\?/g)).toHaveLength(1)
    expect(err).toMatch(/^8\/8 {2}model=builtin\/extractive · open: no gold/m)
  })

  it('writes all of it to a file, each answer with its evidence', async () => {
    const file = await questions(LINES.slice(0, 1))
    const { out, code } = await here.writ(['eval', file, '--context', 'docs', '--json', '--out', 'eval.json'])
    expect(code).toBe(0)
    const evaluation = JSON.parse(out) as Evaluation
    expect(JSON.parse(await readFile(join(here.place, 'eval.json'), 'utf8'))).toEqual(evaluation)
    const verified = await here.writ(['verify', evaluation.items[0]?.evidence ?? '', '--home', '.writ'])
    expect(verified.code).toBe(0)
    // Whoever goes on with it pays nothing again.
    const on = ['--json', '--resume', 'last', '--out', 'eval.html']
    const taken = JSON.parse((await here.writ(['eval', file, '--context', 'docs', ...on])).out) as Evaluation
    expect([taken.evaluation, taken.items.every(({ takenOver }) => takenOver)]).toEqual([
      evaluation.evaluation,
      true,
    ])
    const html = await readFile(join(here.place, 'eval.html'), 'utf8')
    expect(html).toContain('How many documents mention &#34;patent&#34;?')
  })

  it('says before anything is spent what it would do, and exits 4 at its cap', async () => {
    const file = await questions()
    const plan = await here.writ(['eval', file, '--context', 'docs', '--max-calls', '1', '--dry-run'])
    expect(plan.code).toBe(0)
    expect(plan.out).toContain('evaluation: 4 questions, 3 with a gold, of 1 arm: 4 runs')
    expect(plan.out).toMatch(/^all of it at most: 1 request,/m)
    const { out, err, code } = await here.writ(['eval', file, '--context', 'docs', '--max-calls', '1'])
    expect(code).toBe(4)
    expect(err.match(/not asked/g)).toHaveLength(1)
    expect(out).toContain('CUT SHORT: the cap was reached')
  })

  it.each<[string, string | Buffer, string[], RegExp]>([
    ['another encoding', Buffer.from('{"question": "Café?"}', 'latin1'), [], /BAD_QUESTIONS: .*not UTF-8/],
    ['a line that is no JSON', '{"question": "One?"}\n{"question"', [], /BAD_QUESTIONS: .*line 2/],
    ['an unknown arm', '{"question": "One?"}', ['--arm', 'guess'], /USAGE: .*"guess"/],
    ['a threshold for another arm', '{"question": "One?"}', ['--fail-over', 'x:cost=1'], /USAGE: .*"x"/],
    ['a report of another form', '{"question": "One?"}', ['--out', 'eval.pdf'], /USAGE: --out/],
    ['a label for the whole', '{"question": "One?"}', ['--max-cost', 'x'], /USAGE: --max-cost/],
  ])('refuses %s, and makes nothing', async (_, text, args, message) => {
    await writeFile(join(here.place, 'questions.jsonl'), text)
    const before = await readdir(here.place)
    const { err, code } = await here.writ(['eval', 'questions.jsonl', '--context', 'docs', ...args])
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(await readdir(here.place)).toEqual(before)
  })
})
