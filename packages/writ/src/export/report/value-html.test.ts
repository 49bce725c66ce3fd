import { expect, it } from 'vitest'
import { valueHtml } from './value-html.ts'

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
