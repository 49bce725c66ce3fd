import { readFileSync } from 'node:fs'
import { ERRORS } from '@writ/contract'
import { expect, it } from 'vitest'

it('documents every error of the catalogue, with its exit code, and no other', () => {
  const page = readFileSync(new URL('../docs/reference/errors.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (yes|no) \|/gm)]
  const documented = Object.fromEntries(
    rows.map(([, code, exit, retryable]) => [code, `${exit} ${retryable}`]),
  )
  const raised = Object.fromEntries(
    Object.entries(ERRORS).map(([code, { exit, retryable }]) => [
      code,
      `${exit} ${retryable ? 'yes' : 'no'}`,
    ]),
  )
  expect(documented).toEqual(raised)
})
