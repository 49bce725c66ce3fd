import { describe, expect, it } from 'vitest'
import { passagesOf, sentencesOf } from './sentences.ts'
import type { Citation } from './span.ts'
import { supportOf } from './support.ts'

describe('sentences of a text', () => {
  it.each<[string, readonly string[]]>([
    ['', []],
    ['One thing only', ['One thing only']],
    ['It ends in 2027. It may be renewed once.', ['It ends in 2027.', 'It may be renewed once.']],
    ['Dr. Smith signs for Acme. Nobody else does so.', ['Dr. Smith signs for Acme.', 'Nobody else does so.']],
    [
      'Findings:\n- It ends in 2027\n2) It may be renewed',
      ['Findings: It ends in 2027', 'It may be renewed'],
    ],
    ['It ends in 2027.\n[a.txt] "on 31 December 2027"', ['It ends in 2027. [a.txt] "on 31 December 2027"']],
    ['Version 1.2 is out. No.', ['Version 1.2 is out.', 'No.']],
  ])('%j', (text, sentences) => {
    expect(sentencesOf(text)).toEqual(sentences)
  })

  it('name the passages they quote', () => {
    expect(passagesOf('It “ends” in "2027", «or» later.')).toEqual(['ends', '2027', 'or'])
  })
})

describe('support of prose', () => {
  const QUOTE = 'This Agreement ends on 31 December 2027'
  const citation = { doc: 'a.txt', start: 0, end: 39, sha256: '', quote: QUOTE } as Citation
  const TEXT = `The contract is limited. It says "ends on 31 December 2027".\n${QUOTE}. It says "it never ends at all".`

  it('is that of its sentences: those that stand in a citation, and those whose quoted words do', () => {
    expect(supportOf(TEXT, [citation], 'model', true)).toEqual({
      quoted: 2,
      computed: 0,
      unsupported: 2,
      unsupportedPaths: ['#1', '#4'],
    })
    expect(supportOf({ a: 'One thing. Another one here.' }, [], 'exact', true)).toMatchObject({ computed: 1 })
  })

  it('is that of one leaf where a run counts texts so, and for a text that is quoted whole', () => {
    expect(supportOf(TEXT, [citation], 'model')).toMatchObject({ unsupported: 1, unsupportedPaths: [''] })
    expect(supportOf('This Agreement ends on 31 December', [citation], 'model', true)).toMatchObject({
      quoted: 1,
      unsupported: 0,
    })
  })
})
