import { expect, it } from 'vitest'
import { spanKey, valueHtml } from './value-html.ts'

it('shows figures as they are, with their names above them', () => {
  const { html: page } = valueHtml([
    { of: 'a', mean: 41.57684931506849 },
    { of: 'b', mean: 12345 },
  ])
  expect(page).toContain('<td class="n">41.57684931506849</td>')
  expect(page).toContain('<td class="n">12,345</td>')
  expect(page).toMatch(/<th scope="col" class="n">[^/]*mean/)
  expect(page).toMatch(/<th scope="col">[^/]*of/)
})

it('leaves out only rows of which the citations say all', () => {
  const row = { doc: 'a.txt', start: 3, end: 20, quote: 'It  may\nend.' }
  const cited = new Map([[spanKey(row), 'It may end.']])
  const page = (more: object): string => valueHtml([{ ...row, ...more }], cited).html
  expect(page({})).toContain('1 passage: <a href="#sources">')
  expect(page({ verified: false })).toContain('false')
  expect(page({ quote: 'It may never end.' })).toContain('It may never end.')
  expect(page({ start: 4 })).toContain('<td class="n">4</td>')
})
