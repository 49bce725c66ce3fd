import type { Masked } from '../quoted.ts'
import { withProperties } from './bare-amount.ts'
import { readWhen, TURNED, type When } from './conditions.ts'

/** What is computed of the rows. */
export type Measure =
  | 'count'
  | 'distinct'
  | 'sum'
  | 'average'
  | 'median'
  | 'percentile'
  | 'highest'
  | 'lowest'
  | 'correlation'
  /** How many of a hundred rows fulfil what is said of them. */
  | 'percentage'
  /** What stands in the one row that is meant. */
  | 'value'

/** A question as its form says, before anything is known of the tables. All phrases are words of the question. */
export interface TableQuestion {
  readonly measure: Measure
  /** Of a percentile. */
  readonly percent: number
  /** What is measured: a column, or for `count` what the rows are. */
  readonly of: string
  /** The other column of a correlation. */
  readonly and: string | null
  /** For each of which it is measured. */
  readonly by: string | null
  /** Whether "per" says so, which may ask for a quotient: the cost per mile. */
  readonly isPer: boolean
  /** What has the highest or lowest measure; `by` is then null. */
  readonly which: string | null
  /** How many of those. */
  readonly top: number
  /** Whether the value is asked for that most rows have. */
  readonly isCommon: boolean
  /** What rows have none of: "with no region". */
  readonly lacks: string | null
  /** What rows are not: "are not open". */
  readonly not: string | null
  readonly where: string | null
  readonly when: When | null
  /** Whether it is said of times, as "latest" is, and not of sizes. */
  readonly isTime: boolean
}

const BE = '(?:is|was|are|were)'
const WHAT = `(?:what(?:\\s+${BE}|['’]s)\\s+)?(?:the\\s+)?`
const COUNT = `(?:how\\s+many|${WHAT}(?:total\\s+)?number\\s+of|count(?:\\s+(?:the|all|of))*)`
const DISTINCT = '(?:different|distinct|unique)'
/** "The last order date", and not "the last name". */
const ofDates = (word: string): string => `${word}(?=\\s+(?:\\S+\\s+)?(?:date|day)(?:\\s|$))`
const HIGH = `(?:highest|largest|biggest|greatest|maximum|max|(?<late>most\\s+recent|latest|newest|${ofDates('last')}))`
const LOW = `(?:lowest|smallest|minimum|min|(?<early>earliest|oldest|${ofDates('first')}))`

interface Form {
  readonly measure: Measure
  readonly form: RegExp
}

const form = (measure: Measure, source: string): Form => ({ measure, form: new RegExp(`^${source}$`, 'iu') })

const SUM = '(?:total|overall|combined|sum(?:\\s+of)?)'
const AVERAGE = '(?:average|mean|avg)'

/** One measure over all rows, or for each of something. */
const PLAIN: readonly Form[] = [
  form('distinct', `${COUNT}\\s+${DISTINCT}\\s+(?<of>\\S.*)`),
  form('count', `${COUNT}\\s+(?<of>\\S.*)`),
  form('sum', `${WHAT}${SUM}\\s+(?:of\\s+)?(?<of>\\S.*)`),
  form('average', `${WHAT}${AVERAGE}\\s+(?:of\\s+)?(?<of>\\S.*)`),
  form('median', `${WHAT}median\\s+(?:of\\s+)?(?<of>\\S.*)`),
  form(
    'percentile',
    `${WHAT}(?<percent>\\d{1,2})(?:st|nd|rd|th)\\s+percentile\\s+(?:of\\s+|for\\s+)?(?<of>\\S.*)`,
  ),
  form('highest', `${WHAT}${HIGH}\\s+(?:value\\s+of\\s+)?(?<of>\\S.*)`),
  form('lowest', `${WHAT}${LOW}\\s+(?:value\\s+of\\s+)?(?<of>\\S.*)`),
]

const PERCENTAGE = form(
  'percentage',
  `(?:(?:what|which)\\s+|${WHAT})(?:percentage|percent|share|proportion)\\s+of\\s+(?:the\\s+|all\\s+(?:the\\s+)?)?(?<of>\\S.*)`,
)
/** What one row holds; last, since what is measured is asked for in the same words. */
const VALUE = form('value', `(?:what\\s+${BE}|what['’]s)\\s+the\\s+(?<of>\\S.*\\s(?:of|for|in)\\s\\S.*)`)

const CORRELATION = form(
  'correlation',
  `${WHAT}(?:pearson\\s+)?correlation(?:\\s+coefficient)?\\s+(?:between|of)\\s+(?<of>\\S.*?)\\s+(?:and|with)\\s+(?<and>\\S.*)`,
)

/** "The most common status". */
const COMMON = new RegExp(
  `^(?:${WHAT}most\\s+(?:common|frequent)\\s+(?<which>\\S.*)|(?:which|what)\\s+(?<named>\\S.*?)\\s+(?:is|was)\\s+(?:the\\s+)?most\\s+(?:common|frequent))$`,
  'iu',
)
/** "Have no region", at the end of a question. */
const LACKS = /\s+(?:that\s+)?(?:with|have|has|had|having)\s+no\s+(?<lacks>[\p{L}\p{N}_ -]+)$/iu

/** "Are not open", at the end of a question. What was not done may have been done since. */
const NOT = /\s+(?:that\s+)?(?:are|is)\s+not\s+(?<not>\S.*)$/iu

const AGGREGATE = `(?:(?<sum>${SUM})|(?<average>${AVERAGE})|(?<median>median)|(?<count>number\\s+of))`
/** "Which region has the highest total amount", "the top 3 customers by number of orders". */
const WHICH = [
  new RegExp(
    `^(?:(?:which|what)\\s+(?<which>\\S.*?)|(?<who>who))\\s+(?:has|had|have)\\s+the\\s+(?:(?<high>${HIGH})|(?<low>${LOW}))\\s+(?:${AGGREGATE}\\s+)?(?<of>\\S.*)$`,
    'iu',
  ),
  new RegExp(
    `^(?:(?:which|what)\\s+are\\s+|list\\s+|show\\s+)?(?:the\\s+)?(?:(?<high>top)|(?<low>bottom))\\s+(?<top>\\d{1,3})\\s+(?<which>\\S.*?)\\s+by\\s+(?:${AGGREGATE}\\s+)?(?<of>\\S.*)$`,
    'iu',
  ),
  /^(?:(?:which|what)\s+(?<which>\S.*?)|(?<who>who))\s+(?:has|had|have)\s+the\s+(?:(?<high>most)|(?<low>fewest))\s+(?<count>)(?<of>\S.*)$/iu,
]

const BY =
  /^(?<rest>\S.*?),?\s+(?:by|(?<per>per)|for\s+each|for\s+every|in\s+each|grouped\s+by|broken\s+down\s+by)\s+(?<by>[\p{L}\p{N}_ ()-]+)$/iu
const WHERE =
  /^(?<rest>\S.*?),?\s+(?:(?:that|which)\s+(?:have|has|had|are|were)|with|where|whose|having|for\s+which|have|has|had)\s+(?<where>\S.*)$/iu

/** "How many rows does orders.csv have" asks for those in it. */
const ROWS_OF =
  /^(?<count>how\s+many\s+(?:rows|records|entries))\s+(?:does|do)\s+(?<table>\S.*)\s+(?:have|contain|hold)$/iu

/** "What is Ada's age". */
const OWNED = /^what(?:['’]s|\s+is|\s+was)\s+(?!the\s)(?<owner>\S.*?)['’]s\s+(?<of>\S.*)$/iu

/**
 * Reads a question whose form asks for a figure over rows; undefined for any other. Whether tables can tell is not known yet.
 * Of one that ends with a time, `timed` says whether that is of all it asks for, or of the column named before it.
 */
export function readTableQuestion(masked: Masked, timed: boolean): TableQuestion | undefined {
  const whole = withProperties(
    masked.text.replace(ROWS_OF, '$<count> in $<table>').replace(OWNED, 'what is the $<of> of $<owner>'),
  )
  const lacks = LACKS.exec(whole)?.groups?.lacks ?? null
  const not = lacks === null ? (NOT.exec(whole)?.groups?.not ?? null) : null
  const text = whole
    .replace(lacks === null ? NOT : LACKS, '')
    .replace(/\s+(?:in\s+total|in\s+all|altogether)$/iu, '')
  // At the end "no" is a value: "have answer no".
  if (TURNED.test(`${text} ${not ?? ''}`.trim().replace(/\s+(?:no|none|never)$/iu, ''))) return undefined
  const nothing = { percent: 0, and: null, which: null, top: 0, isTime: false, isCommon: false, lacks, not }
  const common = COMMON.exec(text)?.groups
  if (common !== undefined && lacks === null && not === null) {
    const { rest, ...ends } = ended(common.which ?? common.named ?? '', timed)
    if (ends.by !== null) return undefined
    return { ...nothing, measure: 'highest', of: 'count rows', which: rest, top: 1, isCommon: true, ...ends }
  }
  for (const pattern of WHICH) {
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) continue
    const { rest, ...ends } = ended(groups.of ?? '', timed)
    if (ends.by !== null) return undefined
    const { which = 'name', top } = groups
    const measure = aggregateOf(groups)
    const direction = groups.high === undefined ? 'lowest' : 'highest'
    const of = measure === undefined ? rest : `${measure} ${rest}`
    const isTime = isOfTimes(groups)
    return { ...nothing, measure: direction, of, which, top: Number(top ?? 1), isTime, ...ends }
  }
  const pair = CORRELATION.form.exec(text)?.groups
  if (pair !== undefined) {
    const { rest, ...ends } = ended(pair.and ?? '', timed)
    return { ...nothing, measure: 'correlation', of: pair.of ?? '', and: rest, ...ends }
  }
  for (const { measure, form: pattern } of [PERCENTAGE, ...PLAIN, VALUE]) {
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) continue
    const { rest, ...ends } = ended(groups.of ?? '', timed)
    const percent = Number(groups.percent ?? 0)
    return { ...nothing, measure, percent, of: rest, isTime: isOfTimes(groups), ...ends }
  }
  return undefined
}

function isOfTimes({ late, early }: Readonly<Record<string, string | undefined>>): boolean {
  return (late ?? early) !== undefined
}

/** The aggregate within "the highest total amount". */
export const AGGREGATES: readonly Measure[] = ['sum', 'average', 'median', 'count']

function aggregateOf(groups: Readonly<Record<string, string | undefined>>): Measure | undefined {
  return AGGREGATES.find((name) => groups[name] !== undefined)
}

/** Takes off what may follow the thing measured: for each of what, when, and which rows. */
function ended(
  text: string,
  timed: boolean,
): Pick<TableQuestion, 'by' | 'isPer' | 'where' | 'when'> & { readonly rest: string } {
  const when = timed ? readWhen(text) : undefined
  const filtered = WHERE.exec(when?.rest ?? text)?.groups
  // "By region where …" and "where … by region".
  const before = BY.exec(filtered?.rest ?? when?.rest ?? text)?.groups
  const after = before === undefined ? BY.exec(filtered?.where ?? '')?.groups : undefined
  const rest = before?.rest ?? filtered?.rest ?? when?.rest ?? text
  const inner = timed && when === undefined ? readWhen(rest) : undefined
  return {
    rest: inner?.rest ?? rest,
    by: before?.by ?? after?.by ?? null,
    isPer: (before ?? after)?.per !== undefined,
    where: after?.rest ?? filtered?.where ?? null,
    when: when ?? inner ?? null,
  }
}
