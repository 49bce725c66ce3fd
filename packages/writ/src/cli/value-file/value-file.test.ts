import type { Json } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { requireValueFile, valueText } from './value-file.ts'

async function written(value: Json, path: string, schema?: Json): Promise<string> {
  let text = ''
  for await (const piece of valueText(value, path, schema)) text += piece
  return text
}

const ROWS = [
  { name: 'Ada, Countess', year: 1815, note: 'said "hello"' },
  { name: 'two\nlines', year: -5, tags: ['a', 1] },
]

describe('as CSV', () => {
  it('a list of objects is a table, with every column that a row has', async () => {
    expect(await written(ROWS, 'out.csv')).toBe(
      'name,year,note,tags\r\n"Ada, Countess",1815,"said ""hello""",\r\n"two\nlines",-5,,"[""a"",1]"\r\n',
    )
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '\r=1', '＝1', '-2+3', '\0=1'])(
    'a text that a spreadsheet would run is a text: %j',
    async (text) => {
      const [head = '', cell = ''] = (await written([{ [text]: text }], 'out.csv')).split('\r\n')
      for (const field of [head, cell]) expect(field.replace(/^"/, '')).toMatch(/^'/)
    },
  )

  it('a number keeps its sign, and a list of nothing is an empty file', async () => {
    expect(await written([{ n: -1.5 }], 'out.CSV')).toBe('n\r\n-1.5\r\n')
    expect(await written([], 'out.csv')).toBe('')
  })

  it('a row of one empty cell is a row', async () => {
    expect(await written([{ a: null }, { a: 'x' }, { a: '' }], 'out.csv')).toBe('a\r\n""\r\nx\r\n""\r\n')
    expect(await written([{ '': 1 }], 'out.csv')).toBe('""\r\n1\r\n')
    expect(await written([{ a: 1, b: 2 }, {}], 'out.csv')).toBe('a,b\r\n1,2\r\n,\r\n')
  })

  it('takes the rows of what a query gave', async () => {
    const result = {
      columns: [{ name: 'a', type: 'BIGINT' }],
      rows: [{ a: 1 }],
      truncated: false,
      docs: ['x.csv'],
    }
    expect(await written(result, 'out.csv')).toBe('a\r\n1\r\n')
    expect(await written({ rows: [] }, 'out.csv')).toBe('')
  })

  it('columns come in the order of the schema, then as rows have them', async () => {
    const schema = { type: 'array', items: { properties: { b: {}, never: {}, a: {} } } }
    expect(await written([{ a: 1, b: 2, c: 3 }], 'out.csv', schema)).toBe('b,a,c\r\n2,1,3\r\n')
  })

  it('a member that is called __proto__ is a column like any other', async () => {
    expect(await written(JSON.parse('[{"__proto__":1}]') as Json, 'out.csv')).toBe('__proto__\r\n1\r\n')
  })

  it.each<[Json, string]>([
    ['text', 'a string'],
    [{ a: 1 }, 'one object'],
    [[{ a: 1 }, 2], 'a list with other things than objects'],
    [[1, 2], 'a list with other things than objects'],
  ])('no other shape is taken: %j', async (value, shape) => {
    await expect(written(value, 'out.csv')).rejects.toMatchObject({
      code: 'NOT_A_TABLE',
      message: expect.stringContaining(`is ${shape},`),
    })
  })
})

describe('as Markdown', () => {
  it('a list of objects is a table, numbers to the right', async () => {
    expect(
      await written(
        [
          { a: 'x', n: 1 },
          { a: 'y', n: null },
        ],
        'out.md',
      ),
    ).toBe('| a | n |\n| --- | ---: |\n| x | 1 |\n| y |  |\n')
  })

  it('a cell stays one cell, and does nothing', async () => {
    const text = await written([{ a: 'a|b\n<img src=x> ![](http://x) `c`' }], 'out.md')
    expect(text.split('\n')[2]).toBe('| a\\|b \\<img src=x\\> \\!\\[\\]\\(http://x\\) \\`c\\` |')
  })

  it('an object is a list, and a table where it holds one; a text is as it is', async () => {
    expect(await written({ count: 2, rows: [{ a: 1 }] }, 'out.md')).toBe(
      '- count: 2\n\nrows\n\n| a |\n| ---: |\n| 1 |\n\n',
    )
    const schema = { properties: { rows: { items: { properties: { b: {}, a: {} } } } } }
    expect(await written({ rows: [{ a: 1, b: 2 }] }, 'out.md', schema)).toContain('| b | a |')
    expect(await written(['x', 2], 'out.md')).toBe('- x\n- 2\n')
    expect(await written({ notes: ['a', 'b [c]'], none: [], n: [1, null] }, 'out.md')).toBe(
      '- notes:\n  - a\n  - b \\[c\\]\n- none:\n- n:\n  - 1\n  - \n',
    )
    expect(await written(['- x', '1. y', '+z', '-5 °C'], 'out.md')).toBe(
      '- \\- x\n- 1\\. y\n- \\+z\n- \\-5 °C\n',
    )
    expect(await written('# Title\n', 'out.md')).toBe('# Title\n')
  })
})

it('as JSON, any value is itself', async () => {
  expect(JSON.parse(await written(ROWS, 'out.json'))).toEqual(ROWS)
})

it.each(['out.txt', 'csv', 'out.__proto__', 'out'])('no other ending is taken: %s', (path) => {
  expect(() => requireValueFile(path)).toThrow(/ends in .csv, .json, .md/)
})
