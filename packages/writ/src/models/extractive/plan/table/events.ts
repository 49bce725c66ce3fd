import type { TableListing } from '@writ/contract'
import { isOfDeals } from './bare-amount.ts'
import { onlyOne } from './column-names.ts'
import { type Condition, datesOf, ofColumn, ofDate } from './conditions.ts'
import { nameWords } from './name-words.ts'

/** Parts of what an event is called by, in the name of the column of its day. */
const DATED = /^(?:date|day|at|on)$/

/**
 * When something was done, at the end of a question: "started in 2018" is of the one column of days called `start_date`, `started`
 * or `started_at`. Undefined where none is, or several are.
 */
export function eventOf(verb: string, when: string, table: TableListing): Condition | undefined {
  const stem = stemOfVerb(verb)
  const called = onlyOne(
    table.columns.filter(({ name, type }) => {
      const [first = '', ...rest] = nameWords(name).filter((word) => !DATED.test(word))
      return type === 'date' && stemOfVerb(first) === stem && rest.length === 0
    }),
  )
  const column =
    called ?? (/^(?:placed|made)$/iu.test(verb) && isOfDeals(table) ? onlyOne(datesOf(table)) : undefined)
  if (column === undefined) return undefined
  const place = { table, column }
  const said = /^(?:in|during|on)\s/iu.test(when) ? ofDate(place, when) : undefined
  return said ?? (/^(?:in|during|on)\s/iu.test(when) ? undefined : ofColumn(place, when, []))
}

/** "Started", "start", "closed", "close", "shipped", "ship". */
function stemOfVerb(word: string): string {
  return word
    .toLowerCase()
    .replace(/e?d$/, '')
    .replace(/e$/, '')
    .replace(/([b-df-hj-np-tv-z])\1$/, '$1')
}
