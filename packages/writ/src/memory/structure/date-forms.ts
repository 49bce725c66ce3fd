import { ANY_MONTH, ENGLISH_MONTH, WEEKDAY } from './calendar.ts'

// Every repetition in these patterns has a most, and so has the length of what one matches: a text is gone through in time
// that grows with its length and no faster, whatever it says. A test holds them to it.

/** Between the words of one date: blanks, and one end of a line. */
const GAP = '(?:[ \\t\\u00a0]{1,4}(?:\\r?\\n[ \\t]{0,16})?|\\r?\\n[ \\t]{0,16})'
const LOOSE = `${GAP}?`
const ORDINAL = '(?:st|nd|rd|th|er|º|ª)?'
const NAMED_DAY = `(?:(?<weekday>${WEEKDAY})\\.?,?${GAP})?`
const CLOCK = '(?<time>\\d{2}:\\d{2}(?::\\d{2})?)(?:\\.\\d{1,9})?'
/** Behind a clock: half a day or a zone by its letters, which leave the time open, so that only the day is told. */
const NO_OTHER_ZONE =
  '(?![ \\t\\u00a0]?(?:[ap]\\.?[ \\t]?m\\b|[ECMP][SD]?T\\b|[A-Z]{1,3}[SD]T\\b|[CEW]ET\\b|MSK\\b|UTC|GMT|[+-]\\d{2}:?\\d{2}))'

/** No digit, letter or part of a longer number on either side. */
const BEFORE = '(?<![\\p{L}\\p{N}_]|\\p{N}[-./,:])'
const AFTER = '(?![\\p{L}\\p{N}_]|[-./,:]\\p{N})'

const form = (source: string): RegExp => new RegExp(`${BEFORE}${NAMED_DAY}${source}${AFTER}`, 'giu')

export type DateForm =
  | 'iso'
  | 'yearFirst'
  | 'numbers'
  | 'short'
  | 'dayFirst'
  | 'dayFirstShort'
  | 'monthFirst'
  | 'quarter'
  | 'quarterLast'
  | 'month'
  | 'yearless'
  | 'yearlessDayFirst'

/** How a date is written, by what its parts are called; the first that fits at a place counts. */
export const DATE_FORMS: Readonly<Record<DateForm, RegExp>> = {
  iso: form(
    `(?<year>\\d{4})-(?<month>\\d{2})-(?<day>\\d{2})(?:[T ]${CLOCK}(?: ?(?<zone>Z|UTC|GMT|[+-]\\d{2}:?\\d{2}))?${NO_OTHER_ZONE})?`,
  ),
  // "version 2024.03.12" is a version.
  yearFirst: form(
    '(?<!\\b(?:v|ver|version|release|build)[.:]?[ \\t\\u00a0]{1,4})(?<year>\\d{4})(?<sep>[./])(?<month>\\d{1,2})\\k<sep>(?<day>\\d{1,2})',
  ),
  numbers: form(
    '(?<a>\\d{1,2})(?:(?<sep>[/-])(?<b>\\d{1,2})\\k<sep>|\\. ?(?<dotted>\\d{1,2})\\. ?)(?<year>\\d{4})',
  ),
  short: form('(?<a>\\d{1,2})/(?<b>\\d{1,2})/(?<year>\\d{2})'),
  dayFirst: form(
    `(?<day>\\d{1,2})${ORDINAL}\\.?(?:${LOOSE}day)?(?:${GAP}(?:of|de|di))?(?:${GAP}|-)(?<name>${ANY_MONTH})\\.?,?(?:${GAP}(?:de${GAP}|of${GAP})?|-)(?<year>\\d{4})(?:${GAP}${CLOCK}(?:${GAP}(?<zone>[+-]\\d{4}|GMT|UTC|UT|Z))?${NO_OTHER_ZONE})?`,
  ),
  dayFirstShort: form(`(?<day>\\d{1,2})-(?<name>${ENGLISH_MONTH})-(?<year>\\d{2})`),
  monthFirst: form(`(?<name>${ENGLISH_MONTH})\\.?${GAP}(?<day>\\d{1,2})${ORDINAL},?${GAP}(?<year>\\d{4})`),
  quarter: form(
    `(?:Q(?<q>[1-4])|(?<word>first|second|third|fourth|1st|2nd|3rd|4th)${GAP}quarter)(?:[ -]|,?${GAP}(?:of${GAP})?)(?<fiscal>(?:fiscal|FY)${LOOSE}(?:year${GAP})?)?(?<year>\\d{4})`,
  ),
  quarterLast: form('(?<year>\\d{4})[ -]?Q(?<q>[1-4])'),
  month: form(`(?<name>${ENGLISH_MONTH})\\.?,?${GAP}(?:of${GAP})?(?<year>\\d{4})`),
  yearless: form(`(?<name>${ENGLISH_MONTH})\\.?${GAP}(?<day>\\d{1,2})${ORDINAL}`),
  yearlessDayFirst: form(`(?<day>\\d{1,2})${ORDINAL}\\.?(?:${GAP}of)?${GAP}(?<name>${ENGLISH_MONTH})`),
}

/** The longest text that a date may have. */
export const MOST_DATE_CHARS = 160
