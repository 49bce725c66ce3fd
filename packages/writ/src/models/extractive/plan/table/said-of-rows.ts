import type { TableListing } from '@writ/contract'
import { amountBehind } from './bare-amount.ts'
import { columnsNamed, onlyOne, saysUnit } from './column-names.ts'
import { readWhen, type When } from './conditions.ts'
import { AGGREGATED, placesIn, rowsNamed, THERE } from './subject.ts'
import { tablesNamed } from './table-names.ts'
import type { TableQuestion } from './table-question.ts'

// A question may say of rows what they are without "with" or "where": "closed tickets", "how many tickets are closed",
// "the total cost in Rome for Borealis".

export interface Said {
  readonly phrase: string
  /** Whether it says what rows are now. What "was shipped" may have been delivered since. */
  readonly isState: boolean
  /** The word before a value that is the name of something, such as "in"; null for what says how rows are. */
  readonly by: string | null
}

/** An event and its time, of the column that is called so: "started in 2018". */
export interface Event {
  readonly verb: string
  readonly when: string
}

export interface SaidOfRows {
  readonly question: TableQuestion
  readonly said: readonly Said[]
  readonly event: Event | null
  /** Whether what is counted is a column of numbers, and each row stands for as many. */
  readonly isSummed?: true
}

/** "tickets are closed", "tickets were opened in 2024". */
const ARE = /^(?<of>\S.*)\s+(?:(?<now>are|is)|were|was)\s+(?<said>\S.*)$/iu
const ALL = /^(?:(?:the|all|our|these|those)\s+)+/iu
/** Words that say where rows belong. */
const PLACED = /^(?<of>\S.*)\s+(?<by>in|within|for|from|of|at|to)\s+(?<said>\S.*)$/iu
/** The same behind a condition, where "of" belongs to that. */
const PLACED_AFTER = /^(?<of>\S.*)\s+(?<by>in|within|for|from)\s+(?<said>\S.*)$/iu
/** Verbs that say no more than "are" before a place. */
const IS =
  /\s+(?:are|is|were|was|(?:(?:are|is|were|was)\s+)?(?:located|based|placed|made|recorded|listed|cast)|works?|working|lives?|living)$/iu
const THERE_BEFORE = /\s+(?:are|is|were|was)\s+there(?=\s)/iu
const DOES_HAVE = /^(?<of>\S.*?)\s+(?:does|do|did)\s+(?<said>\S.*?)\s+have$/iu
const EVENT =
  /^(?<of>\S.*?)\s+(?:(?:were|was|are|is|that|which|have|has)\s+)*(?<verb>\p{L}+ed|begun|began|sent|paid|made)\s+(?<when>(?:in|during|on|before|after|since|between)\s+.*\d)$/iu
/** More pieces say too much. */
const MOST_PIECES = 5

/** The question without what it says of the rows, and that; undefined where it says nothing so. */
export function saidOfRows(question: TableQuestion, tables: readonly TableListing[]): SaidOfRows | undefined {
  if (question.and !== null) return undefined
  const groups = question.which === null ? undefined : AGGREGATED.exec(question.of)?.groups
  const inner = groups?.inner ?? null
  const counts = question.measure === 'count' || question.measure === 'percentage' || inner === 'count'
  const said: Said[] = []
  const piece = (phrase: string, isState: boolean, by: string | null): void => {
    said.push({
      phrase: by === null ? phrase : phrase.replace(ALL, ''),
      isState,
      by: by?.toLowerCase() ?? null,
    })
  }
  let of = (groups?.of ?? question.of).replace(THERE, '').replace(THERE_BEFORE, '')
  let { when, where, by, which } = question
  let event: Event | null = null
  let noun: string | null = null
  const does = counts ? DOES_HAVE.exec(of)?.groups : undefined
  if (does !== undefined) {
    of = does.of ?? ''
    piece(does.said ?? '', true, 'for')
  }
  const after =
    where === null || columnsNamed(where, tables).length > 0 ? undefined : PLACED_AFTER.exec(where)?.groups
  if (after !== undefined) {
    where = (after.of ?? '').replace(IS, '')
    piece(after.said ?? '', true, after.by ?? '')
  }
  const trailing = (text: string | null): string | null => {
    const found =
      text === null || columnsNamed(text, tables).length > 0 ? undefined : PLACED.exec(text)?.groups
    if (found === undefined) return text
    if (noun === null && onlyOne(tablesNamed(found.said ?? '', tables)) !== undefined) noun = found.said ?? ''
    else piece(found.said ?? '', true, found.by ?? '')
    return found.of ?? ''
  }
  by = trailing(by)
  which = trailing(which)
  for (let n = 0; n < MOST_PIECES && !isSubject(of, counts, noun, tables); n += 1) {
    const compared = amountBehind(of)
    if (compared !== undefined) {
      of = compared.of.replace(IS, '')
      piece(compared.said, true, null)
      continue
    }
    const dated = EVENT.exec(of)?.groups
    if (dated !== undefined && event === null && when === null) {
      of = dated.of ?? ''
      event = { verb: dated.verb ?? '', when: dated.when ?? '' }
      continue
    }
    const inner: When | undefined = when === null && event === null ? readWhen(of) : undefined
    if (inner !== undefined) {
      when = inner
      of = inner.rest.replace(IS, '')
      continue
    }
    const parted = counts ? partedNoun(of, tables) : undefined
    if (parted !== undefined) {
      piece(parted.before, true, null)
      of = parted.noun
      continue
    }
    const placed = / (?:are|is|were|was) /iu.test(` ${PLACED.exec(of)?.groups?.said ?? ''} `)
      ? undefined
      : PLACED.exec(of)?.groups
    if (placed !== undefined) {
      const thing = placed.said ?? ''
      of = (placed.of ?? '').replace(IS, '')
      if (!counts && noun === null) {
        const rows = isRows(thing, tables) ? { before: null, noun: thing } : partedNoun(thing, tables)
        if (rows !== undefined) {
          noun = rows.noun
          if (rows.before !== null) piece(rows.before, true, null)
          continue
        }
      }
      if (/^in$/iu.test(placed.by ?? '') && isUnitOf(thing, of, tables)) continue
      piece(thing, true, placed.by ?? '')
      continue
    }
    const are = counts ? ARE.exec(of)?.groups : undefined
    if (are === undefined) return undefined
    of = are.of ?? ''
    piece(are.said ?? '', are.now !== undefined, null)
  }
  if (noun !== null) of = `${of} in ${noun}`
  const whole = inner === null ? of : `${inner} ${of}`
  const isSame = said.length === 0 && event === null && when === question.when && whole === question.of
  return isSame ? undefined : { question: { ...question, of: whole, when, where, by, which }, said, event }
}

function isRows(phrase: string, tables: readonly TableListing[]): boolean {
  return rowsNamed(phrase, tables) !== undefined
}

/** Whether a phrase names what is measured, and nothing besides. */
function isSubject(
  of: string,
  counts: boolean,
  noun: string | null,
  tables: readonly TableListing[],
): boolean {
  const whole = noun === null ? of : `${of} in ${noun}`
  return (counts && isRows(whole, tables)) || placesIn(whole, tables).places.length > 0
}

/** Whether a word says in what a column is measured that its name says, too. */
function isUnitOf(word: string, of: string, tables: readonly TableListing[]): boolean {
  const place = onlyOne(columnsNamed(of, tables))
  return place !== undefined && saysUnit(word, place.column)
}

/** What stands before the longest end of a phrase that names the rows of one table. */
function partedNoun(
  phrase: string,
  tables: readonly TableListing[],
): { readonly before: string; readonly noun: string } | undefined {
  const words = phrase.replace(ALL, '').split(/\s+/)
  for (let at = 0; at < words.length; at += 1) {
    const noun = words.slice(at).join(' ')
    if (onlyOne(tablesNamed(noun, tables)) === undefined && !isRows(noun, tables)) continue
    return at === 0 ? undefined : { before: words.slice(0, at).join(' '), noun }
  }
  return undefined
}
