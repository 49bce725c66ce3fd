import type { Json } from '@writ/contract'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Block, parseTurn } from './parse-turn.ts'

// Turns put together of parts whose meaning is known: whatever surrounds a part, it is read as what it is.

type Meaning =
  | { readonly is: 'prose' }
  | { readonly is: 'block'; readonly block: Block }
  | { readonly is: 'value'; readonly value: Json }
  | { readonly is: 'variable'; readonly name: string }

interface Part {
  readonly text: string
  readonly meaning: Meaning
}

const LANGUAGES = new Map<string, Block['language']>([
  ['repl', 'javascript'],
  ['js', 'javascript'],
  ['javascript', 'javascript'],
  ['ts', 'typescript'],
  ['typescript', 'typescript'],
  ['python', 'other'],
  ['py', 'other'],
])

const part = (text: string, meaning: Meaning): Part => ({ text, meaning })

const plain = fc.stringMatching(/^[a-z ,.!?0-9-]{0,30}$/)

/** Lines that only look like something else. */
const decoy = fc.constantFrom(
  ' FINAL(x)',
  'So I call FINAL(x).',
  'FINALLY(x)',
  'FINAL (x)',
  'FINAL_VARS(x)',
  '`FINAL(x)`',
  '- FINAL("x")',
  '> FINAL_VAR(x)',
  '``not a fence``',
  '    ```repl',
  'a ```repl',
  '```repl`',
)

const prose = fc.oneof(plain, decoy).map((text) => part(text, { is: 'prose' }))

const codeLine = fc.oneof(
  fc.stringMatching(/^[^\n\r`]{0,30}$/),
  fc.constantFrom('FINAL(x)', 'FINAL_VAR("x")', 'const a = `', '``` inside', '  ``'),
)

const fenced = fc
  .record({
    ticks: fc.integer({ min: 3, max: 6 }),
    tag: fc.constantFrom(...LANGUAGES.keys(), 'json', 'bash', ''),
    title: fc.constantFrom('', ' title', '\r'),
    lines: fc.array(codeLine, { maxLength: 5 }),
  })
  .map(({ ticks, tag, title, lines }) => {
    const fence = '`'.repeat(ticks)
    const code = lines.join('\n')
    const language = LANGUAGES.get(tag)
    const meaning: Meaning =
      language === undefined ? { is: 'prose' } : { is: 'block', block: { language, tag, code } }
    return part(
      `${fence}${tag}${tag === '' ? '' : title}\n${lines.map((line) => `${line}\n`).join('')}${fence}`,
      meaning,
    )
  })

const literal = fc
  .record({
    mark: fc.constantFrom('"', "'", '`'),
    value: fc.string({ unit: 'grapheme', minLength: 1 }),
    broken: fc.boolean(),
  })
  .map(({ mark, value, broken }) => {
    const escaped = value.replaceAll('\\', '\\\\').replaceAll(mark, `\\${mark}`)
    const [line, written] = broken ? ['\n', '\n'] : ['\n', '\\n']
    return part(`FINAL(${mark}${escaped}${written}${mark})`, { is: 'value', value: value + line })
  })

const word = fc.oneof(
  fc.stringMatching(/^[a-z0-9]{1,8}$/),
  fc.constantFrom("client's", "tenants'", '":) quoted ("', "'(single'", '`(code`', '5"', '‚Ä', 'naïve'),
)

const sentence: fc.Arbitrary<string> = fc.letrec<{ words: string; nested: string }>((tie) => ({
  words: fc
    .array(fc.oneof({ depthSize: 'small' }, word, tie('nested')), { minLength: 1, maxLength: 5 })
    .map((words) => words.join(' ')),
  nested: tie('words').map((words) => `(${words})`),
})).words

/** Marks that pair up across words would read as a string; each is used at most once. */
const pairsUp = (text: string): boolean => (text.match(/5"/g)?.length ?? 0) > 0 && text.includes('":)')

const text = fc
  .tuple(fc.stringMatching(/^[a-z]{1,5}$/), sentence)
  .map(([first, rest]) => `${first} ${rest}`)
  .filter((written) => !pairsUp(written) && (written.match(/5"/g)?.length ?? 0) < 2)
  .map((written) => part(`FINAL(${written})`, { is: 'value', value: written }))

const json = fc
  .oneof(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), fc.array(fc.jsonValue({ maxDepth: 2 })))
  .map((value) =>
    part(`FINAL(${JSON.stringify(value)})`, {
      is: 'value',
      value: JSON.parse(JSON.stringify(value)) as Json,
    }),
  )

const variable = fc
  .tuple(fc.stringMatching(/^[a-zA-Z_$][a-zA-Z0-9_$]{0,8}$/), fc.constantFrom('', '"', "'"))
  .map(([name, mark]) => part(`FINAL_VAR(${mark}${name}${mark})`, { is: 'variable', name }))

const turn = fc.array(fc.oneof(prose, fenced, literal, text, json, variable), { maxLength: 8 })

it('reads every part of a turn as what it is', () => {
  fc.assert(
    fc.property(turn, (parts) => {
      const read = parseTurn(parts.map((each) => each.text).join('\n'))
      const meanings = parts.map(({ meaning }) => meaning)
      expect(read.blocks).toEqual(
        meanings.flatMap((meaning) => (meaning.is === 'block' ? [meaning.block] : [])),
      )
      expect(read.unclosed).toBe(false)
      const due = meanings.find(({ is }) => is === 'value' || is === 'variable')
      if (read.final?.form === 'value')
        expect(due).toEqual({ is: 'value', value: JSON.parse(read.final.json) as Json })
      else
        expect(read.final).toEqual(due?.is === 'variable' ? { form: 'variable', name: due.name } : undefined)
    }),
    { numRuns: 500 },
  )
})

const scrap = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.constantFrom('FINAL(', 'FINAL_VAR(', ')', '"', "'", '`', '```', 'repl', '\n', '\r\n', '\\', ' '),
)

it('never throws, and makes no release of what has no line that begins one', () => {
  fc.assert(
    fc.property(fc.array(scrap, { maxLength: 30 }), (scraps) => {
      const written = scraps.join('')
      if (parseTurn(written).final !== undefined) expect(written).toMatch(/^FINAL(_VAR)?\(/m)
    }),
  )
})
