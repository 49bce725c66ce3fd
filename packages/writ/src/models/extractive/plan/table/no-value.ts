import { textLiteral } from './sql-text.ts'

/** Words for what is not there, as a list of SQL. */
export const NO_VALUE: string = [
  'n/a',
  'na',
  '#n/a',
  'nan',
  'null',
  'none',
  'nil',
  '-',
  '--',
  '\u2013',
  '\u2014',
  '?',
]
  .map(textLiteral)
  .join(', ')
