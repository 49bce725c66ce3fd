import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DocumentReference, SimilarList } from '@writ/contract'
import { block, sequence } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { testRuns } from './test-runs.fixture.ts'

// What documents have to do with each other, in runs: through the gate, into records, and done again from those.

const here = testRuns()
const { run, verified } = here

const RESTRICTED = { level: 'restricted', categories: [], untrusted: true } as const
const WORDS = 'the supplier delivers the goods within thirty days of each order and bears the risk until then'
const TEXTS = [
  { id: 'a.txt', text: `${WORDS}.\n` },
  { id: 'copy.txt', text: `${WORDS}.\n` },
  { id: 'near.txt', text: `${WORDS.replace('thirty', 'sixty')}\n` },
  { id: 'far.txt', text: 'nothing in common with any of the others at all\n' },
  { id: 'hr/secret.txt', text: `${WORDS}.\n`, label: RESTRICTED },
]

describe('documents that are similar', () => {
  it('are found by what their texts share, and none that policy withholds', async () => {
    const code = `
      const said = async (what) => similar(what, { least: 0.3 }).catch((error) => [error.name, error.message])
      const unknown = await said('nothing.txt')
      const withheld = await said('hr/secret.txt')
      FINAL({ of: await said('a.txt'), text: await said({ text: ${JSON.stringify(WORDS)} }), one: await similar('a.txt', 1),
        same: unknown[0] === withheld[0] && unknown[1].replace('nothing.txt', '') === withheld[1].replace('hr/secret.txt', '') })`
    const { answer } = await run(sequence([block(code)]), { asked: { context: TEXTS } })
    const value = answer.value as unknown as {
      of: SimilarList
      text: SimilarList
      one: SimilarList
      same: boolean
    }
    expect(value.of).toEqual({
      found: [
        { doc: 'copy.txt', title: expect.any(String), similarity: 1, identical: true },
        // Of 13 shingles of five words, one word changes five: 8 of 18 are in both.
        { doc: 'near.txt', title: expect.any(String), similarity: 8 / 18, identical: false },
      ],
      truncated: false,
      tooLong: 0,
    })
    expect(value.text.found.map(({ doc, similarity, identical }) => [doc, similarity, identical])).toEqual([
      ['a.txt', 1, false],
      ['copy.txt', 1, false],
      ['near.txt', 8 / 18, false],
    ])
    expect(value.one).toMatchObject({ found: [{ doc: 'copy.txt' }], truncated: false })
    expect(value.same).toBe(true)
    expect(answer.label.level).toBe('internal')
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })
})

describe('references of a document', () => {
  it('are its terms and references, which can be cited', async () => {
    const text = 'Über uns. "Fee" means what Section 2.1 says.\n\n2.1 The Fee. It is low. See Exhibit B.\n'
    const code = `
      const all = await references('deal.txt')
      const quotes = []
      for (const one of all) quotes.push((await cite(one)).quote)
      const [{ to }] = await references('deal.txt', { kind: 'reference' })
      FINAL({ all: all.map(({ kind, name, uses, to, problem }) => [kind, name ?? to?.title ?? null, uses ?? null, problem]), quotes, text: await read(to) })`
    const { answer } = await run(sequence([block(code)]), { asked: { context: [{ id: 'deal.txt', text }] } })
    const heading = '2.1 The Fee. It is low. See Exhibit B.'
    expect(answer.value).toEqual({
      all: [
        ['term', 'Fee', 2, null],
        ['reference', heading, null, null],
        ['reference', null, null, 'there is no such part in this text'],
      ],
      quotes: ['"Fee" means what Section 2.1 says.', 'Section 2.1', 'Exhibit B'],
      text: heading,
    })
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('of a message are its thread, as another parser of mail reads it', async () => {
    const mail = join(here.place, 'mail')
    await mkdir(mail)
    const headers = [
      ['1', 'Plans', '', ''],
      ['2', 'Re: Plans', '<1@x>', '<1@x>'],
      ['3', 'AW: Re: Plans', '<2@x>', '<1@x>\r\n <2@x>'],
      ['4', 'Re: Plans', '', ''],
      ['5', 'Re: Other', '<gone@x>', ''],
      ['6', 'RE: Plans', '', '<1@x> <2@x>'],
      ['7', 'Plans', '', ''],
    ]
    for (const [id, subject, reply, references] of headers) {
      const more = [reply && `In-Reply-To: ${reply}\r\n`, references && `References: ${references}\r\n`].join(
        '',
      )
      const head = `From: a@x.org\r\nTo: b@x.org\r\nDate: Tue, 12 Mar 2024 10:00:00 +0000\r\nSubject: ${subject}\r\nMessage-ID: <${id}@x>\r\n`
      await writeFile(
        join(mail, `${id}.eml`),
        `${head}${more}\r\nIn-Reply-To: <7@x>\r\n\r\nIt is message ${id}.\r\n`,
      )
    }
    const code = `
      const found = {}
      for (const { id } of await docs()) found[id] = await references(id, { kind: 'thread' })
      FINAL(found)`
    const { answer } = await run(sequence([block(code)]), { asked: { context: { paths: [mail] } } })
    const value = answer.value as unknown as Record<string, Extract<DocumentReference, { kind: 'thread' }>[]>
    // Python's parser says which message each one replies to.
    const python = `
import email, json, os, sys
def one(name):
    mail = email.message_from_binary_file(open(os.path.join(sys.argv[1], name), 'rb'))
    reply, references = (mail['In-Reply-To'] or '').split(), (mail['References'] or '').split()
    return reply or references[-1:]
print(json.dumps({name: one(name) for name in sorted(os.listdir(sys.argv[1]))}))`
    const parents = JSON.parse(execFileSync('python3', ['-c', python, mail], { encoding: 'utf8' })) as Record<
      string,
      string[]
    >
    const fileOf = (id: string): string => id.replace(/^<(.*)@x>$/, '$1.eml')
    for (const [doc, ids] of Object.entries(parents)) {
      const own = value[doc] ?? []
      expect([
        doc,
        own.filter(({ relation }) => relation === 'parent').map(({ messageId }) => messageId),
      ]).toEqual([doc, ids])
      for (const id of ids)
        expect(own.find(({ messageId }) => messageId === id)?.to).toBe(id === '<gone@x>' ? null : fileOf(id))
      const replies = Object.entries(parents).filter(([, of]) => of.some((id) => fileOf(id) === doc))
      expect(own.filter(({ relation }) => relation === 'reply').map(({ to }) => to)).toEqual(
        replies.map(([name]) => name),
      )
    }
    expect(value['3.eml']).toContainEqual(
      expect.objectContaining({ to: '1.eml', relation: 'ancestor', likely: false }),
    )
    expect(value['5.eml']).toEqual([
      expect.objectContaining({
        to: null,
        relation: 'parent',
        messageId: '<gone@x>',
        problem: 'no such message is in reach',
      }),
    ])
    // A reply that names nothing belongs to its subject by likelihood alone.
    expect(value['4.eml']?.every(({ likely, relation }) => likely && relation === 'same-subject')).toBe(true)
    expect(value['4.eml']?.map(({ to }) => to)).toEqual(['1.eml', '2.eml', '3.eml', '6.eml', '7.eml'])
    expect(value['7.eml']?.map(({ to, likely }) => [to, likely])).toEqual([['4.eml', true]])
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })
})
