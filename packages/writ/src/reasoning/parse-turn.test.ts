import { describe, expect, it } from 'vitest'
import { parseTurn } from './parse-turn.ts'

const codes = (text: string): string[] => parseTurn(text).blocks.map((block) => block.code)

describe('fences', () => {
  it('accepts the REPL languages and keeps their order', () => {
    const text = 'a\n```repl\n1\n```\nb\n```js\n2\n```\n```javascript\n3\n```\n```ts\n4\n```'
    expect(codes(text)).toEqual(['1', '2', '3', '4'])
    expect(parseTurn(text).blocks.map((block) => block.language)).toEqual([
      'javascript',
      'javascript',
      'javascript',
      'typescript',
    ])
  })

  it('marks another language and leaves fences without one as prose', () => {
    expect(parseTurn('```python\nx\n```').blocks[0]).toMatchObject({ language: 'other', tag: 'python' })
    expect(codes('```\nx\n```\n```json\n{}\n```')).toEqual([])
  })

  it('takes the REPL for Python where it is', () => {
    const { blocks } = parseTurn('```repl\n1\n```\n```python\n2\n```\n```py\n3\n```\n```js\n4\n```', 'python')
    expect(blocks.map(({ language }) => language)).toEqual(['python', 'python', 'python', 'other'])
  })

  it.each([
    ['It is in a.txt.', true],
    ['See:\n```bash\nls\n```', true],
    ['```bash\nls\n```\n', false],
    [' \n', false],
  ])('tells whether %j says something', (text, said) => {
    expect(parseTurn(text).said).toBe(said)
  })

  it('ends a block only at a fence as long as the one that opened it', () => {
    expect(codes('````repl\nconst a = `\n```\n`\n````')).toEqual(['const a = `\n```\n`'])
  })

  it('does not run a block that was cut off', () => {
    const turn = parseTurn('```repl\nconst a = 1')
    expect(turn.blocks).toEqual([])
    expect(turn.unclosed).toBe(true)
  })
})
