import { expect, it } from 'vitest'
import { csvRows } from './csv.ts'

it('reads quotes, commas and lines within a cell, and a last row without an end', () => {
  expect(csvRows('a,b\r\n"x, ""y""\nz",1\n,\n3,')).toEqual([
    { a: 'x, "y"\nz', b: '1' },
    { a: '', b: '' },
    { a: '3', b: '' },
  ])
})
