import { type AmountNumber, NUMBER, numberReadings } from './amount-number.ts'

/** An amount in a text: where it stands, in characters, and all that it may say. */
export interface ReadAmount {
  readonly start: number
  readonly end: number
  readonly kind: 'money' | 'percent'
  readonly currency: string | null
  readonly value: string | null
  readonly readings: readonly string[]
}

/** Signs and words by the currency they mean; those of several currencies stay what they are. */
const SIGNS: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '₹': 'INR',
  '₽': 'RUB',
  '₩': 'KRW',
  '₺': 'TRY',
  '₪': 'ILS',
  '₫': 'VND',
  '₴': 'UAH',
  US$: 'USD',
  CA$: 'CAD',
  AU$: 'AUD',
  NZ$: 'NZD',
  HK$: 'HKD',
  R$: 'BRL',
  euro: 'EUR',
  euros: 'EUR',
  dollar: '$',
  dollars: '$',
}
const CODES =
  'USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|RMB|HKD|SGD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|INR|KRW|BRL|MXN|ARS|CLP|ZAR|ILS|AED|SAR|THB|IDR|MYR|PHP|VND'
const SIGN = '(?:US|CA|AU|NZ|HK|R)?\\$|[€£¥₹₽₩₺₪₫₴]'
const SCALE = '(?:thousand|million|billion|trillion|mio\\.?|mrd\\.?|bn|mn|mm|k|m)(?![\\p{L}\\p{N}])'
const SCALES: Readonly<Record<string, readonly number[]>> = {
  thousand: [3],
  million: [6],
  billion: [9],
  trillion: [12],
  mio: [6],
  mrd: [9],
  bn: [9],
  mn: [6],
  mm: [6],
  k: [3],
  // Thousands to some, millions to most.
  m: [6, 3],
}

// Every repetition has a most, as in the forms of dates.
const BLANK = '[ \\t\\u00a0\\u202f]{0,2}(?:\\r?\\n[ \\t]{0,8})?'
/** A hyphen between two numbers makes the second no debt. */
const MINUS = '(?<minus>(?<!\\p{N} ?|\\p{L})[-−])?'
const AFTER = '(?![\\p{N}_]|[.,]\\p{N})'
/** "$5 to 10 million", "$5–10 million": the first number may be of the same scale. */
const RANGE = `(?=${BLANK}(?:[-–—]|to|or|and)${BLANK}(?:${SIGN}|${CODES})?${BLANK}${NUMBER}${BLANK}(?<later>${SCALE}))`
const MONEY_FIRST = new RegExp(
  `(?<![\\p{L}\\p{N}_])${MINUS}(?<unit>${SIGN}|(?:${CODES})(?![\\p{L}]))${BLANK}(?<inner>[-−]?)(?<number>${NUMBER})${AFTER}(?:${BLANK}(?<scale>${SCALE})|${RANGE}|)`,
  'giu',
)
const MONEY_LAST = new RegExp(
  `(?<![\\p{L}\\p{N}_.,$€£¥]|[$€£¥][ \\u00a0])${MINUS}(?<number>${NUMBER})(?:${BLANK}(?<scale>${SCALE}))?${BLANK}(?<unit>${SIGN}|(?:${CODES}|euros?|(?:U\\.S\\.${BLANK}|US${BLANK})?dollars?)(?![\\p{L}\\p{N}]))(?![ \\u00a0]{0,2}\\p{N})`,
  'giu',
)
const PERCENT = new RegExp(
  `(?<![\\p{L}\\p{N}_]|\\p{N}[.,:/])${MINUS}(?<number>${NUMBER})${BLANK}(?<unit>%|(?:percent|per${BLANK}cent)(?![\\p{L}]))`,
  'giu',
)

/** The patterns, for the test that holds them to their bounds. */
export const AMOUNT_FORMS: readonly RegExp[] = [MONEY_FIRST, MONEY_LAST, PERCENT]

/** Signs of countries that set thousands apart with a comma, where they stand before the number. */
const COMMA_GROUPS = new Set(['$', '£', '¥', '₹', 'US$', 'CA$', 'AU$', 'NZ$', 'HK$', 'USD', 'GBP', 'JPY'])

/** "five percent (5%)": the same amount again. */
const IN_WORDS =
  /(?:dollars?|percent|per cent|euros?|pounds|cents|hundred|thousand|[mb]illion|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|teen|ty)\s{0,4}$/i

/** All amounts of a text, in order. Takes time that grows with its length and no faster. */
export function readAmounts(text: string): ReadAmount[] {
  const found: ReadAmount[] = []
  for (const [at, pattern] of AMOUNT_FORMS.entries())
    for (const match of text.matchAll(pattern)) {
      const amount = amountOf(text, match, pattern === PERCENT, at === 0)
      if (amount !== undefined) found.push(amount)
    }
  found.sort((a, b) => a.start - b.start || b.end - a.end)
  const kept: ReadAmount[] = []
  for (const one of found) if (one.start >= (kept.at(-1)?.end ?? 0)) kept.push(one)
  return kept
}

function amountOf(
  text: string,
  match: RegExpExecArray,
  isShare: boolean,
  signFirst: boolean,
): ReadAmount | undefined {
  const { minus = '', inner = '', number = '', unit = '', scale, later } = match.groups ?? {}
  // Codes are written in capitals: "try 5" is no money.
  if (/^[a-z]{3}$/iu.test(unit) && unit !== unit.toUpperCase()) return undefined
  const [start, end] = [match.index, match.index + match[0].length]
  const apart = /^[-−]?[^\s\d]+\s/u.test(match[0])
  const between = signFirst && apart && /\d[ \u00a0]?$/.test(text.slice(Math.max(0, start - 2), start))
  const read = numberReadings(
    number,
    signFirst ? 'before' : 'behind',
    signFirst && COMMA_GROUPS.has(unit.toUpperCase()),
  )
  const scales = later === undefined ? scalesOf(scale) : [0, ...scalesOf(later)]
  const negative = minus + inner !== ''
  // In the books a sum in parentheses is one that is owed; elsewhere it is an aside.
  const booked =
    text[start - 1] === '(' &&
    text[end] === ')' &&
    !IN_WORDS.test(text.slice(Math.max(0, start - 24), start - 1))
  const readings = scales.flatMap((power) =>
    read.flatMap((value) => {
      const scaled = shifted(value, power)
      return booked ? [scaled, `-${scaled}`] : [negative ? `-${scaled}` : scaled]
    }),
  )
  const all = [...new Set(readings)]
  const [only = null] = all
  return {
    start,
    end,
    kind: isShare ? 'percent' : 'money',
    currency: isShare ? null : currencyOf(unit),
    // "100 EUR 200": it may belong to either.
    value: all.length === 1 && !between && (isShare || !saysMore(text, start, end)) ? only : null,
    readings: all,
  }
}

/**
 * What may change an amount beside it: another word of scale, a letter or an exponent at its end, a fraction, a day or time of day,
 * or a sign that is written as a dash or behind the number.
 */
const MORE =
  /^(?:[\p{L}\p{Script=Han}]|[/:]\p{N}|-\p{N}{1,2}-\p{N}|[-−](?=[\s)|;,.]|$)|[ \t\u00a0\u202f-]{0,2}(?:\r?\n[ \t]{0,8})?(?:hundreds?|thousands?|lakhs?|lacs?|crores?|[mbtz]illi(?:on|ard)\p{L}{0,4}|quadrillions?|tsd|mio|mrd|mia|trn|tn|bn|mn|mm|[kmbt]|cents?)(?![\p{L}\p{N}]))/iu
const SIGN_BEFORE = /(?:\bminus[ \t\u00a0]|\bnegative[ \t\u00a0]|(?<![\p{L}\p{N}])–)$/iu

function saysMore(text: string, start: number, end: number): boolean {
  return MORE.test(text.slice(end, end + 40)) || SIGN_BEFORE.test(text.slice(Math.max(0, start - 12), start))
}

function currencyOf(unit: string): string {
  if (/^u\.?s\.?\s*dollar/i.test(unit)) return 'USD'
  return SIGNS[unit] ?? SIGNS[unit.toLowerCase()] ?? SIGNS[unit.toUpperCase()] ?? unit
}

function scalesOf(word: string | undefined): readonly number[] {
  return word === undefined ? [0] : (SCALES[word.toLowerCase().replace('.', '')] ?? [0])
}

/** A decimal number times a power of ten, digit by digit. */
function shifted(value: AmountNumber, power: number): string {
  if (power === 0) return value
  const [whole = '', fraction = ''] = value.split('.')
  const digits = fraction.padEnd(power, '0')
  const left = `${whole}${digits.slice(0, power)}`.replace(/^0{1,20}(?=\d)/, '')
  const rest = digits.slice(power)
  return rest === '' ? left : `${left}.${rest}`
}
