import type { OutlineEntry } from '@writ/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_OUTLINE_ENTRIES } from './limits.ts'
import { Outliner } from './outline.ts'

function outline(text: string, mediaType = 'text/markdown', step = text.length + 1): OutlineEntry[] {
  const outliner = new Outliner(mediaType)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += step) outliner.push(bytes.subarray(at, at + step))
  return outliner.end(bytes.length)
}

function shown(text: string, mediaType?: string): string[] {
  const bytes = Buffer.from(text)
  return outline(text, mediaType).map(
    ({ title, depth, start, end }) =>
      `${depth} ${title} | ${bytes.toString('utf8', start, end).split('\n')[0]}`,
  )
}

describe('an outline of Markdown', () => {
  it('has ATX and setext headings with the extent of their sections', () => {
    const text = '# One\ntext é\n## Two ##\nmore\n\nThree\nis long\n-----\n# Four\n'
    const at = (part: string): number => Buffer.byteLength(text.slice(0, text.indexOf(part)))
    const end = Buffer.byteLength(text)
    expect(outline(text)).toEqual([
      { kind: 'heading', title: 'One', depth: 1, start: 0, end: at('# Four') },
      { kind: 'heading', title: 'Two', depth: 2, start: at('## Two'), end: at('Three') },
      { kind: 'heading', title: 'Three is long', depth: 2, start: at('Three'), end: at('# Four') },
      { kind: 'heading', title: 'Four', depth: 1, start: at('# Four'), end },
    ])
  })

  it('ignores fenced code, front matter, rules, lists and hashtags', () => {
    const text = [
      '---\ntitle: x\n---\n',
      '```sh\n# not this\n~~~\n# nor this\n```\n',
      '~~~\n# nor this\n```\n~~~\n',
      '#hashtag\n\n- item\n---\n\n    # code\n    ===\n\n',
      '####### seven\n',
      '# Yes\r\n',
    ].join('')
    expect(shown(text)).toEqual(['1 Yes | # Yes\r'])
  })

  it('ignores headings longer than a line of text', () => {
    expect(outline(`# ${'long '.repeat(200)}\n`)).toEqual([])
  })
})

describe('an outline of plain text', () => {
  it('has numbered, keyword, capital and underlined headings', () => {
    const text = [
      'MASTER AGREEMENT\n\n',
      'This Agreement is made\nbetween parties.\n\n',
      '1. Definitions\n\nSome text.\n\n',
      '1.1 "Affiliate"\nmeans an entity.\n\n',
      'ARTICLE IV\n\ntext\n\n',
      'Section 4.2: Notices\nall notices\n\n',
      'Background\n==========\ntext\n\n',
      'Details\n-------\n',
    ].join('')
    expect(shown(text, 'text/plain')).toEqual([
      '1 MASTER AGREEMENT | MASTER AGREEMENT',
      '1 1. Definitions | 1. Definitions',
      '2 1.1 "Affiliate" | 1.1 "Affiliate"',
      '1 ARTICLE IV | ARTICLE IV',
      '2 Section 4.2: Notices | Section 4.2: Notices',
      '1 Background | Background',
      '2 Details | Details',
    ])
  })

  it('takes no sentence for a heading', () => {
    const text = [
      '  1. You may copy and distribute verbatim copies of the Source\ncode as you receive it.\n\n',
      'Section 4 of this agreement says otherwise.\n\n',
      'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY\nOF ANY KIND.\n\n',
      '2 apples and pears\n\n',
      'part of it\n\n',
    ].join('')
    expect(shown(text, 'text/plain')).toEqual([])
  })
})

describe('any outline', () => {
  it('has none for code and data', () => {
    expect(outline('# comment\n', 'text/x-python')).toEqual([])
  })

  it('is nested, inside the document, bounded, and does not depend on how the document arrives', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '# A',
        '## B',
        '### C',
        '```',
        '---',
        '===',
        '',
        '1. Title',
        '1.2 Title',
        'CAPS HERE',
        'Word',
      ),
      fc.string({ unit: 'grapheme' }),
    )
    const mediaType = fc.constantFrom('text/markdown', 'text/plain')
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        mediaType,
        fc.integer({ min: 1, max: 9 }),
        (lines, type, step) => {
          const text = lines.join('\n')
          const entries = outline(text, type)
          expect(outline(text, type, step)).toEqual(entries)
          entries.forEach((entry, at) => {
            expect(entry.start).toBeLessThan(entry.end)
            expect(entry.end).toBeLessThanOrEqual(Buffer.byteLength(text))
            const next = entries.slice(at + 1).find(({ depth }) => depth <= entry.depth)
            expect(entry.end).toBe(next?.start ?? Buffer.byteLength(text))
            expect(entry.start).toBeGreaterThan(entries[at - 1]?.start ?? -1)
          })
        },
      ),
      { numRuns: 300 },
    )
    expect(outline('# x\n'.repeat(MAX_OUTLINE_ENTRIES + 5))).toHaveLength(MAX_OUTLINE_ENTRIES)
  })
})
