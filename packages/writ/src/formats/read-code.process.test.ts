import { readFileSync } from 'node:fs'
import type { CodeFacts, CodeLanguage, ParseRefusal } from '@writ/contract'
import { afterAll, expect, it } from 'vitest'
import { unpackFacts } from '../memory/code/unpack-facts.ts'
import { openParser } from './index.ts'

// Source that is no friend of its parser, in the confined child.

const parser = openParser()
afterAll(() => parser.close())

async function read(
  text: string | Buffer,
  language: CodeLanguage = 'javascript',
): Promise<CodeFacts | ParseRefusal> {
  const outcome = await parser.readCode({ language, bytes: Buffer.from(text) })
  return 'packed' in outcome ? unpackFacts(outcome.packed) : outcome
}

it('tells definitions, uses and imports, with offsets in bytes', async () => {
  const facts = await read('// é\nimport { a as b } from "./a.js"\nexport function f() { return b() }\n')
  expect(facts).toMatchObject({
    partly: false,
    definitions: [{ name: 'f', kind: 'function', start: 54, end: 55 }],
    imports: [{ source: './a.js', name: 'a', common: false }],
    exports: [{ name: 'f', reach: { root: 'own', n: 0 } }],
    uses: [
      { kind: 'import', reach: { root: 'import', n: 0 } },
      { kind: 'call', within: 0, inFunction: true, reach: { root: 'import', n: 0, path: [] } },
    ],
  })
})

it.each([
  ['brackets within each other', '['.repeat(200_000)],
  ['calls within each other', `${'f('.repeat(50_000)}${')'.repeat(50_000)}`],
  ['members of members', `x${'.y'.repeat(100_000)}()`],
  ['functions in functions', `${'function f() {'.repeat(20_000)}${'}'.repeat(20_000)}`],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0, 1, 2, 0xc3])],
  [
    'names of objects',
    'const __proto__ = 1; class constructor { toString() { this.hasOwnProperty() } }; valueOf()',
  ],
])('ends with itself where it is %s', async (_what, text) => {
  const outcome = await read(text)
  expect('definitions' in outcome || /^(limits|damaged)$/.test(outcome.code)).toBe(true)
  expect(await read('export const after = 1')).toMatchObject({ definitions: [{ name: 'after' }] })
})

it('is read by another child where the one before read a much longer one, which would keep its memory', async () => {
  const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  await read(`${'// long\n'.repeat(100_000)}const a = 1`)
  const before = children()
  await read(`${'// long\n'.repeat(50_000)}const a = 1`)
  expect(children()).toBe(before)
  expect(await read('export const after = 1')).toMatchObject({ definitions: [{ name: 'after' }] })
  expect(children()).not.toBe(before)
})

it('is read by another child where the one before read much of another language, whose grammar it would keep', async () => {
  const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  const megabytes = (count: number): string => `${'# long\n'.repeat(count * 150_000)}a = 1`
  for (let n = 0; n < 8; n += 1) await read(megabytes(1), 'python')
  const before = children()
  await read(megabytes(1), 'python')
  expect(children()).toBe(before)
  expect(await read(`${'// long\n'.repeat(100_000)}const after = 1`)).toMatchObject({
    definitions: [{ name: 'after' }],
  })
  expect(children()).not.toBe(before)
})

it('says that part of a text is no source', async () => {
  expect(await read('function f() {} function (')).toMatchObject({ partly: true })
})

it.each([
  ['javascript', 'function f%() {}\n'],
  ['python', 'def f%(): pass\n'],
  ['python', 'v% = 1\n'],
] as const)('tells no more definitions than one file may have: %s, %s', async (language, line) => {
  const lines = Array.from({ length: 20_001 }, (_, n) => line.replace('%', `${n}`))
  expect(await read(lines.join(''), language)).toMatchObject({ code: 'limits' })
})

it('tells only definitions of other languages', async () => {
  const facts = await read('package a\n\ntype A struct{}\n\nfunc f() { g() }\n\nvar X = 1\n', 'go')
  expect(facts).toMatchObject({
    definitionsOnly: true,
    uses: [],
    definitions: [
      { name: 'A', kind: 'type' },
      { name: 'f', kind: 'function' },
      { name: 'X', kind: 'variable' },
    ],
  })
})

it.each([
  ['brackets within each other', '['.repeat(100_000)],
  ['members of members', `x${'.y'.repeat(50_000)}()\n`],
  ['functions in functions', Array.from({ length: 300 }, (_, n) => `${' '.repeat(n)}def f():\n`).join('')],
  ['names that are one or the other', `x = ${'a if b else '.repeat(5_000)}c\n`],
  [
    'variables of each other',
    Array.from({ length: 3_000 }, (_, n) => `v${n} = v${(n + 1) % 3000}.x\n`).join(''),
  ],
  [
    'locals that are one or the other of those before',
    `def f(x0, y0):\n x0 = y0 = g\n${Array.from({ length: 300 }, (_, n) => ` x${n + 1} = x${n} or y${n}\n y${n + 1} = x${n}.a or y${n}.a\n`).join('')} x300()\n`,
  ],
  [
    'names of objects',
    'class constructor:\n  def __proto__(self): self.hasOwnProperty()\ntoString = valueOf()\n',
  ],
])('ends with itself where Python is %s', async (_what, text) => {
  const outcome = await read(text, 'python')
  expect('definitions' in outcome || /^(limits|damaged)$/.test(outcome.code)).toBe(true)
  expect(await read('after = 1', 'python')).toMatchObject({ definitions: [{ name: 'after' }] })
})
