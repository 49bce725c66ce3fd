import { markOf } from './named.ts'
import type { Reading } from './query.ts'
import { titleOf } from './table-names.ts'
import type { Measure } from './table-question.ts'

/** What is computed, in words. */
export function saysOf(reading: Reading): string {
  const { question, by, which } = reading
  if (which !== null) return saysRanked(reading, which.column.name)
  return `${saysMeasure(reading, question.measure)}${by === null ? '' : `, by ${by.part === undefined ? '' : `${by.part} of `}${by.column.name}`}`
}

function saysMeasure(reading: Reading, measure: Measure): string {
  const { table, column, other } = reading.subject
  const of = column?.name ?? 'rows'
  const over = `in ${titleOf(table)}${saysWhere(reading)}`
  switch (measure) {
    case 'count':
      return `The number of rows ${over}`
    case 'percentage':
      return `The percentage of rows ${over}`
    case 'value':
      return `The ${of} ${over}, of the one row there is`
    case 'distinct':
      return `The number of different values of ${of} ${over}`
    case 'sum':
      return `The sum of ${of} ${over}`
    case 'average':
      return `The average of ${of} ${over}`
    case 'median':
      return `The median of ${of} ${over}`
    case 'percentile':
      return `The ${reading.question.percent}th percentile of ${of} (by linear interpolation) ${over}`
    case 'highest':
      return `The highest ${of} ${over}`
    case 'lowest':
      return `The lowest ${of} ${over}`
    case 'correlation':
      return `The correlation (Pearson) of ${of} and ${other?.name} ${over}`
  }
}

function saysWhere({ joins, conditions, bare }: Reading): string {
  const joined = [...joins].map(([other, { own, key }]) => `${titleOf(other)} by ${own.name} = ${key.name}`)
  const all = [...conditions.map(({ says }) => says), ...bare.map((_, at) => markOf(at))]
  return `${joined.length === 0 ? '' : ` joined with ${joined.join(', ')}`}${all.length === 0 ? '' : ` where ${all.join(' and ')}`}`
}

function saysRanked(reading: Reading, which: string): string {
  const { measure, top } = reading.question
  const { inner, column, table } = reading.subject
  const of =
    inner === null
      ? `${column?.name} in ${titleOf(table)}${saysWhere(reading)}`
      : saysMeasure(reading, inner).replace(/^The\s/, '')
  return top === 1
    ? `The ${which} with the ${measure} ${of}`
    : `The ${top} of ${which} with the ${measure} ${of}`
}
