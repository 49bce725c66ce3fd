import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type ContextStore, type GrepRequest, type Library, label } from '@writ/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLibrary } from './index.ts'
import { MAX_LINE_BYTES } from './limits.ts'
import { type Workspace, workspace } from './memory-fixture.ts'

let space: Workspace
let library: Library
let store: ContextStore
let collections = 0
beforeAll(async () => {
  space = workspace()
  library = await openLibrary(space.home)
  store = await library.open(space.request({ paths: [], texts: [{ id: 'first', text: 'x' }] }))
})
afterAll(async () => {
  await library.close()
  space.remove()
})

/** Adds documents with ids in order, and gives a grep over just them. */
async function corpus(texts: readonly string[]) {
  const collection = `c${collections++}`
  const ids = texts.map((_, at) => `${collection}/${String(at).padStart(3, '0')}`)
  const { id } = await store.addTexts(
    collection,
    texts.map((text, at) => ({ id: ids[at] ?? '', text })),
    label('public'),
  )
  const grep = (pattern: string, changes: Partial<GrepRequest> = {}, signal?: AbortSignal) =>
    store.grep(id, { pattern, ignoreCase: false, before: 0, after: 0, limit: 1000, ...changes }, signal)
  return { ids, grep }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const bad = (message: string): unknown =>
  expect.objectContaining({ code: 'BAD_PATTERN', message: expect.stringContaining(message) })

describe('grep', () => {
  it('finds exactly the lines that hold a literal, with exact spans, whatever the documents', async () => {
    const line = fc.oneof(
      fc.constantFrom(
        'needle',
        'a needle in é漢😀',
        'needle needle',
        '',
        'hay',
        '\uFEFFneedle',
        'x\tneedle ',
      ),
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[\0\r\n]/g, '')),
      fc
        .tuple(fc.constantFrom('é', '漢', 'ab '), fc.integer({ min: 5000, max: 9000 }))
        .map(([u, n]) => u.repeat(n)),
    )
    const text = fc
      .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
      .map(([lines, end, last]) => lines.join(end) + (last ? end : ''))
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (texts, filtered) => {
          const { ids, grep } = await corpus(texts)
          const wanted = filtered ? ids.filter((_, at) => at % 2 === 0) : ids
          const { matches, truncated } = await grep('needle', filtered ? { docs: wanted } : {})
          expect(truncated).toBe(false)
          const expected = texts.flatMap((original, at) =>
            wanted.includes(ids[at] ?? '')
              ? linesWith(original, 'needle').map((found) => ({ doc: ids[at], ...found }))
              : [],
          )
          expect(
            matches.map(({ doc, line: n, text: found, start }) => ({ doc, line: n, text: found, start })),
          ).toEqual(expected)
          for (const { doc, start, end, sha256: digest, text: found, match } of matches) {
            const bytes = Buffer.from(texts[ids.indexOf(doc)] ?? '').subarray(start, end)
            expect(digest).toBe(sha256(bytes))
            expect(found).toBe(bytes.toString())
            expect(match).toBe('needle')
            expect(await store.read(doc, start, end)).toEqual({
              doc,
              start,
              end,
              sha256: digest,
              text: found,
            })
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('finds words in lines of any length, counting only the lines there are', async () => {
    const long = `${'漢字'.repeat(20_000)} needle one ${'z'.repeat(40_000)}`
    const original = `first\n${long}\nneedle two\n`
    const { grep } = await corpus([original])
    const { matches } = await grep('needle \\w+')
    expect(matches.map(({ line, match }) => [line, match])).toEqual([
      [2, 'needle one'],
      [3, 'needle two'],
    ])
    const bytes = Buffer.from(original)
    for (const { start, end, text, sha256: digest } of matches) {
      expect(end - start).toBeLessThanOrEqual(MAX_LINE_BYTES)
      expect(bytes.subarray(start, end).toString()).toBe(text)
      expect(digest).toBe(sha256(bytes.subarray(start, end)))
    }
    const around = await grep('needle two', { before: 1, after: 9 })
    expect(around.matches[0]?.text.endsWith('zzz\nneedle two')).toBe(true)
  })

  it('finds a match wherever it lies across two pieces of a long line', async () => {
    const at = MAX_LINE_BYTES
    const spots = [at - 11, at - 10, at - 7, at - 3, at - 1, at, 2 * at - 5, 3 * at - 1]
    const texts = spots.map(
      (spot) => `${'é'.repeat(spot / 2)}${spot % 2 === 1 ? 'x' : ''} Needle works ${'y'.repeat(60_000)}\n`,
    )
    const { ids, grep } = await corpus(['first\n', ...texts.map((text) => `one\n${text}needle works\n`)])
    const { matches, truncated } = await grep('needle works', { ignoreCase: true })
    expect(truncated).toBe(false)
    expect(matches.map(({ doc, line, match }) => [doc, line, match])).toEqual(
      ids.slice(1).flatMap((doc) => [
        [doc, 2, 'Needle works'],
        [doc, 3, 'needle works'],
      ]),
    )
    for (const { doc, start, end, text, sha256: digest } of matches) {
      const bytes = Buffer.from(`one\n${texts[ids.indexOf(doc) - 1]}needle works\n`).subarray(start, end)
      expect(bytes.toString()).toBe(text)
      expect(digest).toBe(sha256(bytes))
    }
    const some = await grep('Needle', { docs: ids.slice(3, 5) })
    expect(some.matches.map(({ doc }) => doc)).toEqual(ids.slice(3, 5))
    for (const limit of [0, 1, 2, 3, 7, 15])
      expect(await grep('needle works', { ignoreCase: true, limit })).toEqual({
        matches: matches.slice(0, limit),
        truncated: true,
      })
  })

  it('gives a match across two pieces that lies before a line too large for the answer', async () => {
    const long = `${'x'.repeat(MAX_LINE_BYTES - 2)}needle${'y'.repeat(40_000)}\n`
    const { grep } = await corpus([`${long}needle\n${`${'z'.repeat(99)}\n`.repeat(50_000)}`])
    const { matches, truncated } = await grep('needle', { after: 60_000 })
    expect(matches.map(({ line, match }) => [line, match])).toEqual([[1, 'needle']])
    expect(truncated).toBe(true)
  })

  it('gives no part of a match that reaches farther than the text around a break', async () => {
    const { grep } = await corpus([`${'a'.repeat(40_000)}b\n`])
    const { matches } = await grep('a+b')
    expect(matches.map(({ match }) => match.length)).toEqual([40_001 - 2 * MAX_LINE_BYTES])
  })

  it('adds lines of context that stay inside the document', async () => {
    const { ids, grep } = await corpus(['a1\na2\na3\n', 'b1\r\nb2\r\n\r\nb4', 'c1\n'])
    const texts = async (pattern: string, before: number, after: number) =>
      (await grep(pattern, { before, after })).matches.map(({ doc, line, start, end, text }) => [
        ids.indexOf(doc),
        line,
        start,
        end,
        text,
      ])
    expect(await texts('2', 1, 1)).toEqual([
      [0, 2, 0, 8, 'a1\na2\na3'],
      [1, 2, 0, 8, 'b1\r\nb2\r\n'],
    ])
    expect(await texts('[abc]1', 5, 0)).toEqual([
      [0, 1, 0, 2, 'a1'],
      [1, 1, 0, 2, 'b1'],
      [2, 1, 0, 2, 'c1'],
    ])
    expect(await texts('b2', 2, 0)).toEqual([[1, 2, 0, 6, 'b1\r\nb2']])
    expect(await texts('a3|b4', 0, 5)).toEqual([
      [0, 3, 6, 8, 'a3'],
      [1, 4, 10, 12, 'b4'],
    ])
    expect(await texts('^$', 0, 0)).toEqual([[1, 3, 8, 8, '']])
  })

  it('says when there is more, and returns the first in order', async () => {
    const { ids, grep } = await corpus(['m\nm\n', 'm\n', 'm'])
    const lines = async (limit: number, docs?: readonly string[]) => {
      const { matches, truncated } = await grep('m', { limit, ...(docs && { docs }) })
      return [matches.map(({ doc, line }) => `${ids.indexOf(doc)}:${line}`), truncated]
    }
    expect(await lines(3)).toEqual([['0:1', '0:2', '1:1'], true])
    expect(await lines(4)).toEqual([['0:1', '0:2', '1:1', '2:1'], false])
    expect(await lines(0)).toEqual([[], true])
    expect(await lines(9, [...ids].reverse().slice(0, 2))).toEqual([['1:1', '2:1'], false])
    expect(await lines(9, ['unknown'])).toEqual([[], false])
  })

  it('honours case, anchors before CRLF, and Unicode', async () => {
    const { grep } = await corpus(['Straße\r\nSTRASSE\r\n'])
    const found = async (pattern: string, ignoreCase = false) =>
      (await grep(pattern, { ignoreCase })).matches.map(({ match }) => match)
    expect(await found('stra')).toEqual([])
    expect(await found('stra', true)).toEqual(['Stra', 'STRA'])
    expect(await found('ße$')).toEqual(['ße'])
    expect(await found('E\\s*')).toEqual(['E'])
    expect(await found('(?-u:\\x9f)')).toEqual(['ß'])
  })
})

describe('a pattern of an attacker', () => {
  it.each([
    '--pre=touch',
    '--pre=/bin/sh',
    '-f/etc/passwd',
    '--',
    '-e',
    '--help',
    '--version',
    '-z',
    '--files',
    '-',
  ])('%s is only a pattern', async (pattern) => {
    const { grep } = await corpus([`start ${pattern} end\nother\n`])
    const { matches } = await grep(pattern)
    expect(matches.map(({ match }) => match)).toEqual([pattern])
  })

  it.each([
    ['(', 'unclosed group'],
    ['(?=a)', 'look-around'],
    ['(a)\\1', 'backreferences'],
    ['a\\nb', 'not allowed'],
    ['a\nb', 'not allowed'],
    ['a\0b', 'NUL'],
    ['\\w{5000}{10}', 'size limit'],
    ['a'.repeat(20_000), '20000 bytes'],
  ])('%j is refused', async (pattern, message) => {
    const { grep } = await corpus(['text\n'])
    await expect(grep(pattern)).rejects.toEqual(bad(message))
  })

  it('that would be catastrophic elsewhere ends', async () => {
    const { grep } = await corpus([`${'a'.repeat(200_000)}\n${'x x '.repeat(50_000)}\n`])
    expect(await grep('^(a+)+$|(a|aa)+b')).toMatchObject({ truncated: false })
    expect(await grep('(x+x+)+y')).toEqual({ matches: [], truncated: false })
  })

  it('that matches everything is cut off at the same place every time', async () => {
    const { grep } = await corpus(['word '.repeat(400_000)])
    const first = await grep('.')
    expect(first.truncated).toBe(true)
    expect(first.matches.length).toBeGreaterThan(5)
    expect(await grep('.')).toEqual(first)
  })

  it('that matches the table behind the documents finds nothing there', async () => {
    const { grep } = await corpus(['text\n'])
    expect(await grep('writ\\.pack|\\[|"')).toEqual({ matches: [], truncated: false })
  })

  it('can be stopped, and its process is gone', async () => {
    // Noise drives the automaton through ever new states: seconds of work for this pattern.
    const { ids, grep } = await corpus([noise(4_000_000)])
    for (const docs of [undefined, ids]) {
      const controller = new AbortController()
      const reason = new Error('stop')
      const slow = grep('[ab]*a[ab]{200}[^ab]', docs ? { docs } : {}, controller.signal)
      setTimeout(() => controller.abort(reason), 50)
      await expect(slow).rejects.toBe(reason)
    }
    await expect.poll(() => children(), { timeout: 5000 }).toEqual([])
    expect((await grep('abab', { limit: 1 })).matches).toHaveLength(1)
  })
})

/** Lines of 8,000 letters, `a` or `b` by a fixed pseudo-random sequence. */
function noise(length: number): string {
  let state = 1
  let text = ''
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    text += text.length % 8001 === 8000 ? '\n' : (state >>> 16) & 1 ? 'a' : 'b'
  }
  return text
}

/** ripgrep processes whose parent is this process. */
function children(): string[] {
  if (!existsSync('/proc/self/stat')) return []
  return readdirSync('/proc').filter((pid) => {
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(join('/proc', pid, 'stat'), 'utf8'))?.[1]
      return parent === String(process.pid) && readlinkSync(join('/proc', pid, 'exe')).endsWith('/rg')
    } catch {
      return false
    }
  })
}

/** What grep should find: lines of the original, cut where it says virtual breaks must fall. */
function linesWith(original: string, needle: string): { line: number; text: string; start: number }[] {
  const found: { line: number; text: string; start: number }[] = []
  let start = 0
  original.split('\n').forEach((whole, at) => {
    const text = whole.endsWith('\r') ? whole.slice(0, -1) : whole
    if (text.includes(needle)) found.push({ line: at + 1, text, start })
    start += Buffer.byteLength(whole) + 1
  })
  return found
}
