import type { TableListing } from '@writ/contract'
import { columnsNamed, onlyOne, tablesNamed } from './column-names.ts'
import { IN_TABLE, THERE } from './subject.ts'
import type { TableQuestion } from './table-question.ts'

// A question may say of rows what they are without "with" or "where": "closed tickets", "how many tickets are closed",
// "the total cost for Borealis".

export interface Said {
  readonly phrase: string
  /** Whether it says what rows are now. What "was shipped" may have been delivered since. */
  readonly isState: boolean
}

/** "tickets are closed", "tickets were opened in 2024". */
const ARE = /^(?<of>\S.*?)\s+(?:(?<now>are|is)|were|was)\s+(?<said>\S.*)$/iu
const FOR = /^(?<of>\S.*)\s+(?:for|from)\s+(?<said>\S.*)$/iu
const ALL = /^(?:(?:the|all|our|these|those)\s+)+/iu

/** The question without what it says of the rows, and that; undefined where it says nothing so. */
export function saidOfRows(
  question: TableQuestion,
  tables: readonly TableListing[],
): { readonly question: TableQuestion; readonly said: readonly Said[] } | undefined {
  const { measure, and, which } = question
  if (and !== null || which !== null) return undefined
  const said: Said[] = []
  let of = question.of.replace(THERE, '')
  const are = measure === 'count' ? ARE.exec(of)?.groups : undefined
  if (are !== undefined) {
    of = are.of ?? ''
    said.push({ phrase: are.said ?? '', isState: are.now !== undefined })
  }
  const given = FOR.exec(of)?.groups
  const thing = given?.said ?? ''
  if (given !== undefined && tablesNamed(thing, tables).length + columnsNamed(thing, tables).length === 0) {
    const rows = measure === 'count' ? undefined : partedNoun(thing, tables)
    of = rows === undefined ? (given.of ?? '') : `${given.of} in ${rows.noun}`
    said.push({ phrase: rows?.before ?? thing, isState: true })
  }
  const within = measure === 'count' ? undefined : IN_TABLE.exec(of)?.groups
  const parted = partedNoun((measure === 'count' ? of : within?.table) ?? '', tables)
  if (parted !== undefined) {
    of = within === undefined ? parted.noun : `${within.of} in ${parted.noun}`
    said.push({ phrase: parted.before, isState: true })
  }
  return said.length === 0 ? undefined : { question: { ...question, of }, said }
}

/** What stands before the longest end of a phrase that names one table. */
function partedNoun(
  phrase: string,
  tables: readonly TableListing[],
): { readonly before: string; readonly noun: string } | undefined {
  const words = phrase.replace(ALL, '').split(/\s+/)
  for (let at = 0; at < words.length; at += 1) {
    const noun = words.slice(at).join(' ')
    if (onlyOne(tablesNamed(noun, tables)) === undefined) continue
    return at === 0 ? undefined : { before: words.slice(0, at).join(' '), noun }
  }
  return undefined
}
