import {
  answerMembers,
  counted,
  isObject,
  isSameQuote,
  type Json,
  type JsonObject,
  passageQuote,
  whole,
} from '@writ/contract'
import { foreign, type Html, html } from './markup.ts'

/** Rows of a table, and characters of a text, that stand open; the rest folds. */
const OPEN_ROWS = 10
const OPEN_CHARS = 1_000
/** Most rows and characters that are on the page at all. */
const MOST_ROWS = 2_000
const MOST_CHARS = 200_000

/** What citations quote, by where they stand (`spanKey`). */
type Cited = ReadonlyMap<string, string>

/**
 * A released value for people: a text, a list or a table, of which more than a little folds. Passages that are among the
 * citations, and nothing besides, stand there.
 */
export function valueHtml(value: Json, cited: Cited = new Map()): Html {
  if (Array.isArray(value)) return listHtml('', value, cited)
  if (isObject(value)) return objectHtml(value, cited)
  return textHtml(scalar(value))
}

/** An object: its `answer` first, what is short, then its lists. */
function objectHtml(value: JsonObject, cited: Cited): Html {
  const { answer, short, lists } = answerMembers(value)
  const facts = short.map(
    ([name, member]) => html`<dt>${foreign(name)}</dt><dd>${foreign(scalar(member))}</dd>`,
  )
  return html`${answer === undefined ? '' : valueHtml(answer, cited)}${facts.length === 0 ? '' : html`<dl>${facts}</dl>`}${lists.map(
    ([name, items]) => listHtml(name, items, cited),
  )}`
}

/** A text; a long one is open at its beginning only. */
export function textHtml(text: string): Html {
  if (text.length <= OPEN_CHARS) return html`<div class="answer" dir="auto">${text}</div>`
  const at = text.lastIndexOf(' ', OPEN_CHARS)
  const cut = at > OPEN_CHARS / 2 ? at : OPEN_CHARS
  const head = text.slice(0, cut).toWellFormed()
  const rest = text.slice(cut, MOST_CHARS).toWellFormed()
  const left = text.length - MOST_CHARS
  const more = left > 0 ? html`<p>Cut here: ${counted(left, 'more character')} in the evidence file.</p>` : ''
  return html`<div class="answer" dir="auto">${head} …</div><details><summary>The rest: ${counted(text.length - cut, 'character')}</summary><div class="answer" dir="auto">${rest}</div>${more}</details>`
}

function listHtml(name: string, items: readonly Json[], cited: Cited): Html {
  const title = name === '' ? '' : html`<h3>${foreign(name)}</h3>`
  if (items.length === 0) return html`${title}<p>None.</p>`
  const rows = items.filter(isObject)
  if (rows.length === items.length && rows.every((row) => isCited(row, cited)))
    return html`${title}<p>${counted(rows.length, 'passage')}: <a href="#sources">below, with where they stand</a>.</p>`
  if (rows.length < items.length)
    return html`${title}${folded(
      items.map((item) => html`<tr><td>${foreign(scalar(item))}</td></tr>`),
      [],
      name,
    )}`
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = rows.map((row) => html`<tr>${names.map((key) => cell(row[key]))}</tr>`)
  const figures = names.filter((key) => rows.every((row) => typeof row[key] === 'number'))
  return html`${title}${folded(cells, names, name, figures)}`
}

/** Whether all that a row says is in a citation. */
function isCited(row: JsonObject, cited: Cited): boolean {
  const [quote, known] = [passageQuote(row), cited.get(spanKey(row))]
  return quote !== undefined && known !== undefined && isSameQuote(quote, known)
}

function cell(value: Json | undefined): Html {
  return typeof value === 'number'
    ? html`<td class="n">${scalar(value)}</td>`
    : html`<td>${value === undefined || value === null ? '–' : foreign(scalar(value))}</td>`
}

/** A table of which the first rows stand open and the others fold; `figures` are those of its columns that hold numbers. */
export function folded(
  rows: readonly Html[],
  names: readonly string[],
  name: string,
  figures: readonly string[] = [],
): Html {
  const head = headOf(names, figures)
  const shown = rows.slice(0, OPEN_ROWS)
  const rest = rows.slice(OPEN_ROWS, MOST_ROWS)
  const left = rows.length - MOST_ROWS
  const more = left > 0 ? html`<p>${counted(left, 'more row')} in the evidence file.</p>` : ''
  const said = name === '' ? 'Rows of the answer' : name
  return html`${table(shown, head, rows.length > OPEN_ROWS ? `The first ${OPEN_ROWS} of ${whole(rows.length)}` : counted(rows.length, 'row'), said)}${
    rest.length === 0
      ? ''
      : html`<details><summary>${counted(rest.length, 'more row')}</summary>${table(rest, head, 'The others', `More of: ${said}`)}${more}</details>`
  }`
}

function headOf(names: readonly string[], figures: readonly string[]): Html | '' {
  if (names.length === 0) return ''
  return html`<thead><tr>${names.map((key) =>
    figures.includes(key)
      ? html`<th scope="col" class="n">${foreign(key)}</th>`
      : html`<th scope="col">${foreign(key)}</th>`,
  )}</tr></thead>`
}

function table(rows: readonly Html[], head: Html | '', caption: string, said: string): Html {
  return html`<div class="scroll" role="region" aria-label="${said}" tabindex="0"><table><caption>${caption}</caption>${head}<tbody>${rows}</tbody></table></div>`
}

function scalar(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isInteger(value)) return whole(value)
  if (isObject(value) && Object.values(value).every((member) => !isObject(member) && !Array.isArray(member)))
    return Object.entries(value)
      .map(([name, member]) => `${name} ${scalar(member)}`)
      .join(', ')
  return JSON.stringify(value ?? null)
}

/** Where a passage stands, as text. */
export function spanKey({
  doc,
  start,
  end,
}: {
  readonly doc?: Json
  readonly start?: Json
  readonly end?: Json
}): string {
  return JSON.stringify([doc ?? null, start ?? null, end ?? null])
}
