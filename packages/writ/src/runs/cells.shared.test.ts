import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { block, sequence } from '@writ/simulator'
import { expect, it } from 'vitest'
import { fixturePath } from '../formats/fixtures.fixture.ts'
import { testRuns } from './test-runs.fixture.ts'

// Citations of a cell, a row, a page and a symbol, each by its bytes and by where they stand in the original.

const here = testRuns()
const { run, verified } = here

const FIVE = ['orders.csv', 'prices.xlsx', 'contract.pdf', 'shop.db'].map((name) =>
  fixturePath(`five/${name}`),
)

function files(texts: readonly { readonly id: string; readonly text: string }[]): readonly string[] {
  return texts.map(({ id, text }) => {
    const path = join(here.place, id)
    writeFileSync(path, text)
    return path
  })
}

it('cites a cell by its column, where its value stands in the row more than once, too', async () => {
  const texts = [
    { id: 'twice.csv', text: 'id,name,pieces\n4,"rope, 4 m",4\n5,anvil,\n' },
    { id: 'twice.jsonl', text: '{"id": 4, "name": "four", "pieces": 4}\n' },
    { id: 'list.yaml', text: '- id: 4\n  pieces: 4\n- id: 5\n  pieces: 5\n' },
  ]
  const code = `
    const first = async (query) => (await sql(query)).rows[0];
    const order = await first('SELECT *, _span FROM orders ORDER BY order_id DESC');
    const price = await first("SELECT *, _span FROM prices_prices WHERE item = 'rope'");
    const customer = await first('SELECT *, _span FROM shop_customers WHERE id = 7');
    const [twice] = (await sql('SELECT *, _span FROM "twice.csv" ORDER BY id')).rows;
    const empty = (await sql('SELECT *, _span FROM "twice.csv" ORDER BY id')).rows[1];
    const line = await first('SELECT *, _span FROM "twice.jsonl"');
    const item = await first('SELECT *, _span FROM "list.yaml"');
    await cite(order._span); await cite(order._span, { column: 'item' });
    await cite(price._span, { column: 'price' });
    await cite(customer._span, { column: 'CLASS' });
    const cells = [await cite(twice._span, { column: 'pieces' }), await cite(twice._span, { column: 'name' }), await cite(line._span, { column: 'pieces' })];
    const refused = (span, how) => cite(span, how).then(() => 'cited', (error) => error.code + ': ' + error.message);
    FINAL({ cells: cells.map(({ doc, start, end, quote }) => [doc, start, end, quote]), refused: [
      await refused(empty._span, { column: 'pieces' }), await refused(item._span, { column: 'pieces' }), await refused(twice._span, { column: 'no' }),
      await refused({ ...twice._span, end: twice._span.end - 1 }, { column: 'id' }), await refused({ doc: 'twice.csv', start: 0, end: 14 }, { column: 'id' }),
      await refused(twice._span, { row: 1 }),
    ] })`
  const asked = { context: { paths: [...FIVE, ...files(texts)] } }
  const { answer } = await run(sequence([block(code)]), { asked })
  expect(answer.value).toEqual({
    cells: [
      ['twice.csv', 29, 30, '4'],
      ['twice.csv', 18, 27, 'rope, 4 m'],
      ['twice.jsonl', 36, 37, '4'],
    ],
    refused: [
      expect.stringMatching(/^CITATION_INVALID: The cell of pieces is empty/),
      expect.stringMatching(/^CITATION_INVALID: It is not certain where/),
      expect.stringMatching(/^CITATION_INVALID: twice.csv has no column "no"; it has id, name, pieces/),
      expect.stringMatching(/^CITATION_INVALID: Bytes \d+–\d+ of twice.csv are no row of a table/),
      expect.stringMatching(/^CITATION_INVALID: Bytes 0–14 of twice.csv were not read/),
      expect.stringMatching(/^BAD_REQUEST/),
    ],
  })
  expect(answer.citations.map(({ quote, origin }) => [quote, origin?.place]).slice(0, 4)).toEqual([
    ['4,7,rope,6', undefined],
    ['rope', undefined],
    ['3.25', { kind: 'cells', sheet: 'Prices', from: 'B5' }],
    ['Gold', { kind: 'record', table: 'customers', record: 'id = 7' }],
  ])
  await verified(answer)
  expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
})

it('cites a page that was read, and a symbol, whole', async () => {
  const source = {
    id: 'a.ts',
    text: 'const one = 1\nexport function twice(n: number): number {\n  return 2 * n\n}\n',
  }
  const code = `
    const [, page] = (await outline('contract.pdf')).filter(({ kind }) => kind === 'page');
    const span = { doc: 'contract.pdf', start: page.start, end: page.end };
    await read(span); await cite(span);
    const [symbol] = (await symbols('twice')).symbols;
    await cite(symbol);
    const body = { doc: symbol.doc, start: symbol.body[0], end: symbol.body[1] };
    await read(body); await cite(body);
    FINAL({ symbol: symbol.id, refused: await cite({ doc: 'a.ts', start: 0, end: 13 }).catch((error) => error.code) })`
  const { answer } = await run(sequence([block(code)]), {
    asked: { context: { paths: [fixturePath('five/contract.pdf'), ...files([source])] } },
  })
  expect(answer.value).toEqual({ symbol: 'a.ts#twice', refused: 'CITATION_INVALID' })
  const [page, symbol, body] = answer.citations
  expect(page?.origin?.place).toMatchObject({ kind: 'page', page: 2 })
  expect(page?.quote).toContain('discount of 12 percent')
  expect(source.text.slice(symbol?.start, symbol?.end)).toBe(symbol?.quote)
  expect(symbol?.quote).toContain('twice')
  expect(body?.quote).toContain('return 2 * n')
  await verified(answer)
  expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
})
