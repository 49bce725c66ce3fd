import { calendarDay, type Json } from '@writ/contract'

// What scorers read in an answer that is prose. Each rule is stated in docs/how-to-evaluate.md, so that nobody has to guess
// why an answer got its score.

const QUOTED = /"[^"\n]*"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|`[^`\n]*`/g
const NUMBER = /(?<![\p{L}\p{N}_.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\p{L}\p{N}_])/u
const ANSWER = /\banswer\s*(?:is\s*)?:/gi
const DAY =
  /\b(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\/\d{1,2}\/\d{4}|[A-Z][a-z]{2,8} \d{1,2},? \d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4})\b/g
const DAY_FIRST = /^(\d{1,2}) ([A-Za-z]+) (\d{4})$/
const BULLET = /^\s*(?:[-*•]|\d{1,4}[.)])\s+/

/** The number an answer gives: the first outside quotation marks, after the last `Answer:` where there is one. */
export function numberIn(text: string): number | null {
  const [found] = NUMBER.exec(said(text).replace(QUOTED, ' ')) ?? []
  return found === undefined ? null : Number(found.replaceAll(',', ''))
}

/** The different days an answer names, after the last `Answer:` where there is one. */
export function daysIn(text: string): readonly string[] {
  const days = [...said(text).matchAll(DAY)].flatMap(([day]) => {
    const [, date, month, year] = DAY_FIRST.exec(day) ?? []
    return calendarDay(date === undefined ? day : `${month} ${date}, ${year}`) ?? []
  })
  return [...new Set(days)]
}

/** Whether an answer begins with yes or true, or with no or false; null for any other. */
export function truthIn(text: string): boolean | null {
  const [, word = ''] = /^[^\p{L}\p{N}]*(yes|true|no|false)\b/iu.exec(said(text)) ?? []
  return word === '' ? null : /yes|true/i.test(word)
}

/** The items of a list in prose: a JSON list, else its lines, else what stands between commas. */
export function itemsIn(text: string): readonly Json[] {
  const own = said(text).trim()
  const list = jsonList(own)
  if (list !== null) return list
  const lines = own.split('\n').filter((line) => line.trim() !== '')
  const items = lines.length > 1 ? lines : own.split(/[,;]/)
  return items.map((item) => item.replace(BULLET, '').trim()).filter((item) => item !== '')
}

/** A text as it is compared: case, spacing, quotation marks around it and a full stop at its end do not count. */
export function normalised(text: string): string {
  const flat = text.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase()
  return flat
    .replace(/^["'“”‘’`*]+|["'“”‘’`*]+$/g, '')
    .replace(/[.。]+$/, '')
    .replace(/["'“”‘’`*]+$/, '')
    .trim()
}

/** What follows the last `Answer:`, else all of it. */
function said(text: string): string {
  const last = [...text.matchAll(ANSWER)].at(-1)
  return last === undefined ? text : text.slice(last.index + last[0].length)
}

function jsonList(text: string): readonly Json[] | null {
  if (!text.startsWith('[')) return null
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? (value as readonly Json[]) : null
  } catch {
    return null
  }
}
